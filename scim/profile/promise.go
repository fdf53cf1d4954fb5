package profile

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// UserName says what a userName has to look like.
type UserName struct {
	// Form is "address" when it has to have the form user@domain.
	Form string `yaml:"form"`
	// Domains are those that are registered with the tenant; a userName of
	// another one is refused. Generated people live under the first when the
	// profile has no user-domain.
	Domains []string `yaml:"domains"`
}

// Limits are the limits that a product documents; 0 is none.
type Limits struct {
	Page Page `yaml:"page"`
	// Rate bounds requests.
	Rate Rate `yaml:"rate"`
	// MembersPerRequest is how many members one request may add or remove;
	// one with more is refused.
	MembersPerRequest int `yaml:"members-per-request"`
	// GroupsPerUser is how many groups a user can be in. Further memberships
	// are dropped without an error.
	GroupsPerUser int `yaml:"groups-per-user"`
}

// Page is how long the pages of lists are.
type Page struct {
	// Default is the length when a client asks for none, Maximum the most
	// that it can ask for.
	Default int `yaml:"default"`
	Maximum int `yaml:"maximum"`
}

// Rate is how many requests are answered in a time; with more comes 429.
type Rate struct {
	Requests int           `yaml:"requests"`
	Per      time.Duration `yaml:"per"`
	// Of is "writes" when reads are not counted.
	Of string `yaml:"of"`
}

// Attribute is what a product promises of an attribute. What is left out is as
// RFC 7643 defines the attribute, or as its section 2.2 has it for one that the
// RFC does not know.
type Attribute struct {
	// Type is a type of RFC 7643 section 2.3.
	Type string `yaml:"type"`
	// MultiValued says that there may be several values.
	MultiValued bool `yaml:"multi-valued"`
	// Required and Unique say what a service provider holds writes to.
	Required bool `yaml:"required"`
	Unique   bool `yaml:"unique"`
	// OneOf is the closed list of values, when there is one.
	OneOf []string `yaml:"one-of"`
	// ReadOnly says that clients cannot write it.
	ReadOnly bool `yaml:"read-only"`
	// Returned is a word of RFC 7643 section 7.
	Returned string `yaml:"returned"`
	// AtMost is how many values are kept; 0 is no limit.
	AtMost int `yaml:"at-most"`
}

// Deviation is something that a product does in another way.
type Deviation struct {
	// Says what the product does: one sentence, present tense.
	Says string `yaml:"says"`
	// Source is on whose word, such as "documented: zscaler.md 3.4".
	Source string `yaml:"source"`
	// Breaches lists the rows of the requirements that it breaks; none when
	// the RFCs allow it.
	Breaches []string `yaml:"breaches"`
	// Emulate names what the reference service provider does to be like it:
	// faults, variations and traits of products.
	Emulate []string `yaml:"emulate"`
	// Checks lists the ids of the checks that it concerns; * stands for
	// anything.
	Checks []string `yaml:"checks"`
	// UnderGeneric lists further checks that fail because of it under the
	// profile generic; under this one they pass or do not apply.
	UnderGeneric []string `yaml:"under-generic"`
	// Level is what becomes of them: "skip" (the default), "should" or "must".
	Level string `yaml:"level"`
	// Answers says which statuses the product gives in place of others.
	Answers []Status `yaml:"answers"`
}

// Status is another status than the usual one.
type Status struct {
	// To is the request, such as "PATCH /Groups/{id}".
	To string `yaml:"to"`
	// With is the status, Instead the one that is usual.
	With    int `yaml:"with"`
	Instead int `yaml:"instead"`
}

// LevelOf is what the profile says of the level of a check that has these ids,
// by levels or by a deviation.
func (p *Profile) LevelOf(ids ...string) (LevelChange, bool) {
	for _, id := range ids {
		if c, ok := p.Levels[id]; ok {
			return c, true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Deviations)) {
		d := p.Deviations[name]
		for _, pattern := range d.Checks {
			for _, id := range ids {
				if hit, err := path.Match(pattern, id); err == nil && hit {
					level := d.Level
					if level == "" {
						level = "skip"
					}
					return LevelChange{Level: level, Reason: strings.TrimSuffix(d.Says, ".") + " (" + name + ")"}, true
				}
			}
		}
	}
	return LevelChange{}, false
}

// StatusInstead lists the statuses that the product gives to a request in
// place of the usual one.
func (p *Profile) StatusInstead(request string, usual int) (out []int) {
	for _, d := range p.Deviations {
		for _, s := range d.Answers {
			if s.To == request && s.Instead == usual {
				out = append(out, s.With)
			}
		}
	}
	return out
}

// Domain is the domain that generated people live under, or "" for the usual
// one.
func (p *Profile) Domain() string {
	if p.UserDomain == "" && len(p.UserName.Domains) > 0 {
		return p.UserName.Domains[0]
	}
	return p.UserDomain
}

// FilterText is a filter that a profile lists, as it can be parsed: VALUE
// stands for any value.
func FilterText(listed string) string { return strings.ReplaceAll(listed, "VALUE", `"VALUE"`) }
