// Package fake makes people and groups that do not exist: the same for the
// same seed, marked with the tag of a run, and out of reach of any real person.
// E-mail addresses, user names and URLs lie under one domain, phone numbers in
// the range that is never assigned.
package fake

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/brianvoe/gofakeit/v6"
)

// DefaultDomain is where people live unless New is told otherwise. The names
// below example.com are reserved (RFC 2606).
const DefaultDomain = "scimtest.example.com"

// Person is a generated person, in the terms of the SCIM User and its
// enterprise extension (RFC 7643 sections 4.1 and 4.3). No field is empty, and
// none begins or ends with a blank.
type Person struct {
	GivenName, MiddleName, FamilyName string
	// Formatted is the full name, without the tag.
	Formatted string
	// DisplayName carries the tag.
	DisplayName string
	NickName    string
	// UserName carries the tag and has the form of an e-mail address.
	UserName string
	// Email is the address at work, and equal to UserName.
	Email string
	// HomeEmail carries the tag as well.
	HomeEmail string
	// ExternalID carries the tag.
	ExternalID string

	Title, UserType                                 string
	Department, Division, CostCenter, Organization  string
	EmployeeNumber                                  string
	PreferredLanguage, Locale, Timezone, ProfileURL string

	// WorkPhone and MobilePhone are tel URIs (RFC 3966) with numbers from
	// 555-0100 to 555-0199.
	WorkPhone, MobilePhone string

	StreetAddress, Locality, Region, PostalCode string
	// Country is an ISO 3166-1 alpha-2 code.
	Country string

	// Password has letters of both cases, digits and punctuation.
	Password string
}

// Source makes people and groups. The i-th of each is the same however often
// and in whatever order they are asked for. It is safe for concurrent use.
type Source struct {
	seed, stream uint64
	tag, domain  string
}

// New makes a source. The values follow from the seed and the key, which names
// who asks (a check, a flow); the tag, lower-case letters and digits, is only
// written into them, so sources whose tags have one length make equal people
// but for the tag. An empty domain means DefaultDomain.
func New(seed int64, key, tag, domain string) *Source {
	if domain == "" {
		domain = DefaultDomain
	}
	h := fnv.New64a()
	h.Write([]byte(key))
	return &Source{seed: uint64(seed), stream: h.Sum64(), tag: tag, domain: domain}
}

// Person is the i-th person, from 0.
func (s *Source) Person(i int) Person {
	f := s.faker("person", i)
	home := homes[f.Rand.Intn(len(homes))]
	p := Person{
		GivenName: f.FirstName(), MiddleName: f.MiddleName(), FamilyName: f.LastName(),
		Title: f.JobTitle(), UserType: f.RandomString(userTypes),
		Department: f.RandomString(departments), Division: f.RandomString(divisions),
		CostCenter: f.Numerify("CC-####"), Organization: f.RandomString(organizations),
		EmployeeNumber: f.Numerify("######"), ExternalID: fmt.Sprintf("ext-%s-%d", s.tag, i),
		PreferredLanguage: home.language, Locale: home.language, Timezone: home.timezone,
		WorkPhone: phone(f), MobilePhone: phone(f),
		StreetAddress: f.Street(), Locality: f.City(), Region: f.StateAbr(), PostalCode: f.Zip(), Country: "US",
		Password: s.Password(i),
	}
	p.Formatted = p.GivenName + " " + p.MiddleName + " " + p.FamilyName
	p.DisplayName = fmt.Sprintf("%s %s %s-%d", p.GivenName, p.FamilyName, s.tag, i)
	p.NickName = string([]rune(p.GivenName)[:1]) + string([]rune(p.FamilyName)[:1])
	mailbox := fmt.Sprintf("%s.%s.%s-%d", letters(p.GivenName), letters(p.FamilyName), s.tag, i)
	p.UserName = mailbox + "@" + s.domain
	p.Email = p.UserName
	p.HomeEmail = mailbox + "@home." + s.domain
	p.ProfileURL = "https://" + s.domain + "/people/" + mailbox
	return p
}

// GroupName is the name of the i-th group, from 0. It carries the tag.
func (s *Source) GroupName(i int) string {
	f := s.faker("group", i)
	return fmt.Sprintf("%s %s %s-%d", f.RandomString(departments), f.RandomString(circles), s.tag, i)
}

// Password is the password of the i-th person: 20 characters, of each kind at
// least two. A quote, a backslash or a blank is not among them.
func (s *Source) Password(i int) string {
	f := s.faker("password", i)
	var b []byte
	for len(b) < 20 {
		for _, kind := range passwordKinds {
			b = append(b, kind[f.Rand.Intn(len(kind))])
		}
	}
	f.Rand.Shuffle(len(b), func(x, y int) { b[x], b[y] = b[y], b[x] })
	return string(b)
}

// faker has a stream of random numbers of its own for each thing it makes, so
// that one person's values do not depend on how many were made before.
func (s *Source) faker(what string, i int) *gofakeit.Faker {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d %d", what, i, s.stream)
	return gofakeit.NewCustom(source{rand.NewPCG(s.seed, h.Sum64())})
}

// source lends a PCG to gofakeit: seeding it costs nothing, while that of
// math/rand takes longer than the person.
type source struct{ *rand.PCG }

func (s source) Int63() int64    { return int64(s.Uint64() >> 1) }
func (s source) Seed(seed int64) { s.PCG.Seed(uint64(seed), 0) }

// phone draws a number from the range that is reserved for fiction.
func phone(f *gofakeit.Faker) string {
	return fmt.Sprintf("tel:+1-201-555-01%02d", f.Rand.Intn(100))
}

// letters keeps what every mail system takes in an address.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}
