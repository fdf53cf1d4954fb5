package scim

import (
	"regexp"
	"strings"
)

// ParsePath parses a PATCH path (RFC 7644 section 3.5.2), which is also the
// form of sortBy and of the names in attributes (section 3.10). It fails with a
// *SyntaxError.
//
// The URN of an extension alone is a path as well. The grammar cannot tell it
// from the URN of a schema with an attribute behind it, so it is read as the
// latter where it can be: see AttrPath.Resolve.
func ParsePath(s string) (Path, error) {
	p := &parser{s: s}
	attr, err := p.attrPath()
	if err != nil {
		return Path{}, err
	}
	path := Path{Attr: attr}
	if p.peek() == '[' {
		if path.Filter, err = p.valueFilter(0); err != nil {
			return Path{}, err
		}
		if path.Sub, err = p.sub(); err != nil {
			return Path{}, err
		}
	}
	if p.i < len(p.s) {
		return Path{}, p.fail("expected the end of the path")
	}
	return path, nil
}

// Resolve parts an attribute path whose URN may be that of an extension as a
// whole: with the URNs that are known it tells "urn:...:2.0:User" (the
// extension) from "urn:...:2.0:User:department". URNs are compared without
// regard to case (RFC 7644 section 3.10) and come out as they are known. A path
// with another URN, or with none, stays as it is.
func (a AttrPath) Resolve(known ...string) AttrPath {
	if a.URN == "" {
		return a
	}
	whole := a.String()
	for _, urn := range known {
		if strings.EqualFold(whole, urn) {
			return AttrPath{URN: urn}
		}
	}
	for _, urn := range known {
		if strings.EqualFold(a.URN, urn) {
			a.URN = urn
			return a
		}
	}
	return a
}

// urnForm is a URN (RFC 2141 section 2), of which an attribute name can be
// split off at the last colon.
var urnForm = regexp.MustCompile(`(?i)^urn:[a-z0-9][a-z0-9-]+:.`)

// attrPath parses [URN ":"] name ["." sub], or a URN.
func (p *parser) attrPath() (AttrPath, error) {
	var a AttrPath
	urn := p.s[p.i : p.i+p.urnLength()]
	if colon := strings.LastIndexByte(urn, ':'); colon >= 0 {
		if !urnForm.MatchString(urn) {
			return a, p.fail("expected a URN with a namespace, such as urn:example:schema")
		}
		// What cannot be a name, as in "urn:example:2.0", ends the URN.
		last := urn[colon+1:]
		if !urnForm.MatchString(urn[:colon]) || last != "" && isDigit(last[0]) {
			p.i += len(urn)
			return AttrPath{URN: urn}, nil
		}
		a.URN = urn[:colon]
		p.i += colon + 1
	}
	var err error
	if a.Name, err = p.name(); err == nil {
		a.Sub, err = p.sub()
	}
	return a, err
}

// urnLength is the length of what begins with "urn:" and holds nothing that
// ends a URN in a filter or a path; 0 when the next word is a plain name. A URN
// holds dots, so the name behind its last colon is part of it.
func (p *parser) urnLength() int {
	rest := p.s[p.i:]
	if len(rest) < 4 || !strings.EqualFold(rest[:4], "urn:") {
		return 0
	}
	n := 4
	for n < len(rest) && (isNameByte(rest[n]) || strings.IndexByte(":.+!*'@%=;,", rest[n]) >= 0) {
		n++
	}
	return n
}

// sub parses ["." name].
func (p *parser) sub() (string, error) {
	if p.peek() != '.' {
		return "", nil
	}
	p.i++
	return p.name()
}

// name parses an attribute name. "$ref" is one, though the grammar of the RFCs
// has no dollar sign at the beginning.
func (p *parser) name() (string, error) {
	start, end := p.i, p.i
	if p.peek() == '$' {
		end++
	}
	if end == len(p.s) || !isLetter(p.s[end]) {
		return "", p.fail("expected the name of an attribute")
	}
	for end < len(p.s) && isNameByte(p.s[end]) {
		end++
	}
	p.i = end
	return p.s[start:end], nil
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// isNameByte reports whether c can stand in a name behind its first letter (RFC
// 7643 section 2.1).
func isNameByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '-' || c == '_' || c == '$'
}
