package fake

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// What an attribute is called tells what is sensible in it. The words are
// parts of names, in lower case; the first that fits wins.
var sensible = []struct {
	parts []string
	value func(s *Source, key string, n int) string
}{
	{[]string{"mail"}, func(s *Source, key string, n int) string { return s.mailbox(key, n) + "@" + s.domain }},
	{[]string{"phone", "fax", "mobile", "pager"}, func(s *Source, key string, n int) string {
		return fmt.Sprintf("tel:+1-201-555-01%02d", s.Number(key, n, 100))
	}},
	{[]string{"url", "uri", "website", "link", "href", "photo"}, (*Source).URL},
	{[]string{"locale", "language"}, func(s *Source, key string, n int) string {
		return []string{"en-US", "de-DE", "fr-FR", "es-ES"}[s.Number(key, n, 4)]
	}},
	{[]string{"timezone"}, func(s *Source, key string, n int) string {
		return []string{"Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/London"}[s.Number(key, n, 4)]
	}},
	{[]string{"country"}, func(s *Source, key string, n int) string {
		return []string{"US", "DE", "FR", "JP"}[s.Number(key, n, 4)]
	}},
	{[]string{"postalcode", "zipcode"}, func(s *Source, key string, n int) string {
		return fmt.Sprintf("%05d", 10000+s.Number(key, n, 80000))
	}},
}

// Text is the n-th text for an attribute, from 0: what its name asks for (an
// address, a number, a language tag), or else words with the tag. Neighbours
// differ. The name may be a path such as "emails.value".
func (s *Source) Text(name string, n int) string {
	lower := strings.ToLower(name)
	for _, kind := range sensible {
		for _, part := range kind.parts {
			if strings.Contains(lower, part) {
				return kind.value(s, name, n)
			}
		}
	}
	f := s.faker("text "+name, 0)
	return fmt.Sprintf("%s %s-%d", f.RandomString(colours), s.tag, n)
}

// URL is the n-th URL for an attribute; nobody lives there.
func (s *Source) URL(name string, n int) string {
	return "https://" + s.domain + "/" + s.mailbox(name, n)
}

// Binary is the n-th binary value for an attribute, in base64 (RFC 4648
// section 4). It holds no tag, which nobody could find in it, but signs that
// differ between the alphabets of base64, and padding.
func (s *Source) Binary(name string, n int) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s-%d-%d??>?", letters(name), s.Number(name, 0, 1e6), n))
}

// Number is the n-th number for an attribute, from 0 to below the limit.
// Neighbours differ.
func (s *Source) Number(name string, n, limit int) int {
	return (s.faker("number "+name, 0).Rand.Intn(limit) + n) % limit
}

func (s *Source) mailbox(name string, n int) string {
	return fmt.Sprintf("%s.%s-%d", letters(name), s.tag, n)
}
