package lifecycle

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// silent is what an administrator sees when the target answers with success and
// does something else, by identity provider (okta.md 5.4, entra.md 5.2 and 5.7).
var silent = map[string]string{
	"okta":  "no error: Okta does not notice what the target made of it",
	"entra": "no error: a 2xx makes Entra ID believe that it is done",
}

// adminSees is what the administrator of the identity provider gets to see of a
// change that failed; "" where no source says. Names are left out: they differ
// from run to run.
func (s *Sync) adminSees(c mockidp.Change) string {
	var last *scim.Exchange
	if n := len(c.Exchanges); n > 0 {
		last = c.Exchanges[n-1]
	}
	switch s.dialect.IdP {
	case "okta":
		return oktaTask(c.Action, s.unnamed(c))
	case "entra":
		return entraLog(c.Action, c.Code, last)
	}
	return ""
}

// unnamed is the reason of a change without the names of people and groups.
func (s *Sync) unnamed(c mockidp.Change) string {
	reason := c.Reason
	for _, name := range []string{s.people[c.Subject].UserName, s.groups[c.Subject].Name} {
		if name != "" {
			reason = strings.ReplaceAll(reason, name, "...")
		}
	}
	return reason
}

// statusCode is the number before a reason phrase, which Okta does not show.
var statusCode = regexp.MustCompile(`: [1-5][0-9][0-9] `)

// oktaSteps are the beginnings of the steps that tasks of Okta were seen to name
// (okta.md 6). What others are called is not known.
var oktaSteps = []string{
	"Error while verifying if user ", "Error while creating user ", "Error while trying to push profile update for ", "Unable to update Group Push mapping ",
}

// oktaTask words what Okta shows (okta.md 0, 3.4, 6): the dialog of the connector
// test, the error of a group push, else a task.
func oktaTask(action, reason string) string {
	group := strings.Contains(reason, " group ")
	step, what, ok := strings.Cut(statusCode.ReplaceAllString(reason, ": "), ": ")
	if ok && slices.ContainsFunc(oktaSteps, func(s string) bool { return strings.HasPrefix(step, s) }) {
		reason = step + ": " + what
	} else if ok {
		reason = "...: " + what
	}
	switch {
	case action == "test":
		return "the connector test fails"
	case group:
		return "the group push is marked Error: " + reason
	case action == "deactivate":
		return "a deprovisioning task (Dashboard > Tasks): " + reason
	}
	return "a task (Dashboard > Tasks): Automatic provisioning of user ... to app ... failed: " + reason
}

// entraLog words the entry of the provisioning log: the code where the status
// has one, and the step (entra.md 4.7).
func entraLog(action, code string, last *scim.Exchange) string {
	if action == "test" {
		return "Test Connection fails"
	}
	if last == nil {
		return ""
	}
	text := "provisioning log: a failure, of which the code is not documented"
	switch last.Status() {
	case 0, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusConflict,
		http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError:
		text = "provisioning log: " + code
	}
	switch r := last.Request; {
	case r.Method == http.MethodPost:
		return text + ", step EntryExportAdd"
	case r.Method == http.MethodPatch:
		return text + ", step EntryExportUpdate"
	case r.Method == http.MethodGet && strings.Contains(r.RawQuery, "filter="):
		return text + ", step EntryImport"
	}
	return text
}

// conflict is what the administrator sees when a user cannot be created because
// the target has one already, and hides it (okta.md 5.4, entra.md 5.5).
func (s *Sync) conflict() string {
	switch s.dialect.IdP {
	case "okta":
		return oktaTask("create", "Error while creating user ...: Conflict. Errors reported by remote server: ...")
	case "entra":
		return "provisioning log: Conflict, step EntryExportAdd"
	}
	return ""
}
