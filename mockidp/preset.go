package mockidp

import (
	"slices"

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
