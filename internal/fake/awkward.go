package fake

import "strings"

// Trait is a way in which the data of a real person trips up software.
type Trait struct {
	// Name is for the ids of checks: kebab-case, and it never changes.
	Name string
	// Title says in words what is awkward, such as "an apostrophe".
	Title string
	apply func(p *Person)
}

// Apply gives the trait to a person. UserName, DisplayName, ExternalID and the
// e-mail addresses keep the tag.
func (t Trait) Apply(p Person) Person {
	t.apply(&p)
	return p
}

// Awkward lists the traits, always in the same order.
func Awkward() []Trait { return append([]Trait(nil), traits...) }

var traits = []Trait{
	{"non-ascii", "letters beyond ASCII", func(p *Person) {
		p.rename("Zoë", "Łukaszewicz-Ñandú")
	}},
	{"non-ascii-user-name", "a userName beyond ASCII", func(p *Person) {
		p.rename("Jürgen", "Straße")
		p.UserName = "jürgen.straße." + p.UserName
	}},
	{"combining", "combining marks instead of composed letters", func(p *Person) {
		p.rename("Zoe\u0308", "Nguye\u0302\u0303n")
	}},
	{"apostrophe", "an apostrophe", func(p *Person) {
		p.rename("Sinéad", "O'Connor")
		p.login("o'connor." + p.UserName)
	}},
	{"double-quote", "a double quote", func(p *Person) {
		p.rename(`Robert "Bob"`, `O"Hara`)
	}},
	{"backslash", "a backslash", func(p *Person) {
		p.rename(`Ann\Marie`, `Back\\Slash`)
	}},
	{"plus", "a plus sign", func(p *Person) {
		p.rename("C++", "A+B")
		p.login("sub+address." + p.UserName)
	}},
	{"percent", "a percent sign", func(p *Person) {
		p.rename("100%", "%20%41%")
		p.login("50%25." + p.UserName)
	}},
	{"markup", "ampersand, angle brackets and number sign", func(p *Person) {
		p.rename("<b>Ada</b>", "R&D #1; &amp;")
	}},
	{"operator-words", "the words and signs of the filter grammar", func(p *Person) {
		p.rename("Or And Not", `eq (x) [y] pr`)
	}},
	{"reserved-words", "words that are values in JSON", func(p *Person) {
		p.rename("True", "Null")
	}},
	{"long", "very long names", func(p *Person) {
		p.rename(strings.TrimSpace(strings.Repeat("Hubert ", 20)), strings.Repeat("Wolfeschlegelstein", 8))
		// The address stays within the 64 octets of RFC 5321 section 4.5.3.1.
		p.UserName = strings.Repeat("long.", 20) + p.UserName
	}},
	{"short", "names of one letter", func(p *Person) {
		p.rename("U", "O")
	}},
	{"mixed-case", "letters of both cases where others write small ones", func(p *Person) {
		p.rename("McKenzie", "van der LEYEN")
		p.login("McKenzie.vanderLEYEN." + p.UserName)
	}},
	{"user-name-is-not-email", "a userName that is no e-mail address", func(p *Person) {
		p.UserName, _, _ = strings.Cut(p.UserName, "@")
	}},
	{"right-to-left", "names written from right to left", func(p *Person) {
		p.rename("יעל", "الحسن")
	}},
	{"cjk", "Chinese, Japanese and Korean names", func(p *Person) {
		p.rename("太郎", "山田 민준")
	}},
	{"emoji", "characters beyond the basic plane", func(p *Person) {
		p.rename("Ada 👩\u200d💻", "𝒮mith🚀")
	}},
}

// rename changes the name wherever it stands; the tag stays in DisplayName.
func (p *Person) rename(given, family string) {
	tag := p.DisplayName[strings.LastIndexByte(p.DisplayName, ' ')+1:]
	p.GivenName, p.FamilyName = given, family
	p.Formatted = given + " " + family
	p.DisplayName = p.Formatted + " " + tag
	p.NickName = given
}

// login changes the userName and the work address, which stay equal.
func (p *Person) login(name string) { p.UserName, p.Email = name, name }
