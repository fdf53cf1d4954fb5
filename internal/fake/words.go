package fake

// What gofakeit has no words for, or none that belong together.
var (
	userTypes   = []string{"Employee", "Contractor", "Intern"}
	departments = []string{
		"Accounting", "Customer Care", "Engineering", "Facilities", "Finance", "Human Resources",
		"Legal", "Logistics", "Marketing", "Procurement", "Research", "Sales",
	}
	divisions     = []string{"Americas", "Asia Pacific", "Central Europe", "Middle East", "Northern Europe", "Operations"}
	organizations = []string{"Example Foundry", "Example Hospital", "Example Library", "Example Railways", "Example University"}
	colours       = []string{"Amber", "Azure", "Coral", "Crimson", "Indigo", "Olive", "Scarlet", "Silver", "Teal", "Violet"}
	circles       = []string{"Admins", "Approvers", "Auditors", "Editors", "Managers", "Readers", "Staff", "Team"}

	passwordKinds = []string{"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "!#*+-.:=?@_"}
)

// homes are a language with a time zone that goes with it.
var homes = []struct{ language, timezone string }{
	{"en-US", "America/New_York"},
	{"en-US", "America/Los_Angeles"},
	{"en-GB", "Europe/London"},
	{"de-DE", "Europe/Berlin"},
	{"fr-FR", "Europe/Paris"},
	{"es-ES", "Europe/Madrid"},
	{"ja-JP", "Asia/Tokyo"},
	{"pt-BR", "America/Sao_Paulo"},
}
