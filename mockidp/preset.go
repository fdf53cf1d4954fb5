package mockidp

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// Preset is the attribute mapping of a setup guide or of a catalog: what an
// administrator who follows it sends.
type Preset struct {
	Name string
	// Attributes are paths in the notation of Entra ID's mappings.
	Attributes []string
	Source     Ref
}

// entraPresets are the mappings of Microsoft's catalog for Zscaler
// (zscaler.md 5.1).
var entraPresets = []Preset{
	{
		Name: "zscaler-zia", Source: Ref{"zscaler.md 5.1", Documented},
		Attributes: []string{
			"userName", "externalId", "active", "displayName", "name.givenName", "name.familyName", scim.EnterpriseUserURN + ":department",
		},
	},
	{
		Name: "zscaler-zpa", Source: Ref{"zscaler.md 5.1", Documented},
		Attributes: []string{
			"userName", "externalId", "active", "displayName", "name.givenName", "name.familyName",
			`emails[type eq "work"].value`, scim.EnterpriseUserURN + ":department",
		},
	},
}

// presetOf is the preset that the option mapping names; nil sends all.
func presetOf(set settings, presets []Preset) *Preset {
	if i := slices.IndexFunc(presets, func(p Preset) bool { return set.is("mapping", p.Name) }); i >= 0 {
		return &presets[i]
	}
	return nil
}

// sends reports whether a path is mapped.
func (p *Preset) sends(path string) bool { return p == nil || slices.Contains(p.Attributes, path) }

// sendsAnyOf reports whether a value of a multi-valued attribute is mapped.
func (p *Preset) sendsAnyOf(attribute string) bool {
	return slices.ContainsFunc(p.Attributes, func(a string) bool { return strings.HasPrefix(a, attribute+"[") })
}

// prune leaves of a body what is mapped, and what every body has.
func (p *Preset) prune(o object) object {
	if p == nil {
		return o
	}
	var out object
	for _, m := range o {
		switch m.key {
		case "schemas", "meta", "roles":
		case "name":
			m.value = p.parts(m.value, "name.")
		case scim.EnterpriseUserURN:
			m.value = p.parts(m.value, scim.EnterpriseUserURN+":")
		default:
			if !p.sends(m.key) && !p.sendsAnyOf(m.key) {
				continue
			}
		}
		out = append(out, m)
	}
	return out
}

// parts leaves of a complex value what is mapped.
func (p *Preset) parts(value any, prefix string) object {
	var out object
	for _, m := range value.(object) {
		if p.sends(prefix + m.key) {
			out = append(out, m)
		}
	}
	return out
}
