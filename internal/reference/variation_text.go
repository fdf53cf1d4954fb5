package reference

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/scimtest/scimtest/scim"
)

// textVariations are in which texts a service provider takes, and in the form in
// which it keeps them.
var textVariations = []Variation{
	{"formats-checked", "Addresses, numbers, languages, countries, time zones and URLs have to have their form", "7643-2.3.1-02, 7643-4.1.1-13",
		onTexts(func(path, text string) (string, error) {
			if form := formsOfText[path]; form != nil && !form.MatchString(text) {
				return "", refuse(scim.InvalidValue, "%s does not have the form that it has to have", path)
			}
			if path == "profileUrl" || path == "photos.value" {
				if u, err := url.Parse(text); err != nil || u.Host == "" {
					return "", refuse(scim.InvalidValue, "%s is no URL", path)
				}
			}
			return text, nil
		})},
	{"empty-text-refused", "An empty text is refused", "7643-2.3.1-02",
		onTexts(func(path, text string) (string, error) {
			if text == "" {
				return "", refuse(scim.InvalidValue, "%s is empty", path)
			}
			return text, nil
		})},
	{"text-trimmed", "Text is kept without blanks around it", "7644-3.3-13",
		onTexts(func(_, text string) (string, error) { return strings.TrimSpace(text), nil })},
	{"text-composed", "Text is kept in Unicode's composed form", "7644-3.3-13",
		onTexts(func(_, text string) (string, error) { return norm.NFC.String(text), nil })},
	{"types-made", "A value without a type gets the last one that its definition lists", "7644-3.3-13",
		onWrite(func(_ *call, r *resource, _, after object) error {
			for _, p := range r.kind.places() {
				kind := p.attr.sub("type")
				if !p.attr.multiValued || kind == nil || len(kind.canonicalValues) == 0 || kind.mutability != readWrite || kind.computed {
					continue
				}
				var list []any
				for _, v := range listOf(p.get(after)) {
					if o, ok := v.(object); ok && isEmpty(o["type"]) {
						o = fork(o)
						o["type"] = kind.canonicalValues[len(kind.canonicalValues)-1]
						v = o
					}
					list = append(list, v)
				}
				if list != nil {
					p.set(after, list)
				}
			}
			return nil
		})},
}

// formsOfText are the forms of texts of users, by their paths, in any letter case.
var formsOfText = map[string]*regexp.Regexp{
	"emails.value":       regexp.MustCompile(`(?i)^[^@\s]+@[^@\s]+\.[^@\s]+$`),
	"phoneNumbers.value": regexp.MustCompile(`(?i)^(tel:)?\+?[0-9 ().-]{5,}$`),
	"preferredLanguage":  regexp.MustCompile(`(?i)^[a-z]{2,3}([-_][A-Za-z0-9]+)*([,;].*)?$`),
	"locale":             regexp.MustCompile(`(?i)^[a-z]{2,3}([-_][A-Za-z0-9]+)*$`),
	"timezone":           regexp.MustCompile(`(?i)^[A-Z][A-Za-z_]+(/[A-Za-z_]+)+$`),
	"addresses.country":  regexp.MustCompile(`(?i)^[A-Z]{2}$`),
}

// onTexts changes or refuses the texts of the core schema of users that a client
// writes, by their paths.
func onTexts(change func(path, text string) (string, error)) func(*behaviour) {
	return onWrite(func(_ *call, r *resource, _, after object) error {
		if !r.isUser() {
			return nil
		}
		for _, p := range r.kind.places() {
			if p.ext != nil || p.attr.mutability != readWrite || p.attr.name == "schemas" {
				continue
			}
			v, err := changeTexts(p.attr, p.attr.name, p.get(after), change)
			if err != nil {
				return err
			}
			if v != nil {
				p.set(after, v)
			}
		}
		return nil
	})
}

func changeTexts(a *attribute, path string, v any, change func(path, text string) (string, error)) (any, error) {
	switch v := v.(type) {
	case string:
		if a.kind != typeString && a.kind != typeReference {
			return v, nil
		}
		return change(path, v)
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			var err error
			if out[i], err = changeTexts(a, path, one, change); err != nil {
				return nil, err
			}
		}
		return out, nil
	case object:
		out := fork(v)
		for _, sub := range a.subs {
			if out[sub.name] == nil {
				continue
			}
			part, err := changeTexts(sub, path+"."+sub.name, out[sub.name], change)
			if err != nil {
				return nil, err
			}
			out[sub.name] = part
		}
		return out, nil
	}
	return v, nil
}
