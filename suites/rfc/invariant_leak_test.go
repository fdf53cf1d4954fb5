package rfc

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/scim"
)

// leaks judges one error.
func leaks(detail, path string, body string) (messages []string) {
	x := &scim.Exchange{
		Request:  scim.Request{Method: "GET", Path: path, Body: scim.Body(body)},
		Response: &scim.Response{Status: 400, Body: scim.Body(`{"detail":` + scim.Quote(detail) + `}`)},
	}
	_, found := leakInvariants[0].Judge(x, nil)
	for _, f := range found {
		messages = append(messages, f.Message)
	}
	return messages
}

func TestErrorsThatShowInternals(t *testing.T) {
	for what, details := range map[string][]string{
		"a stack trace": {
			"boom\n\tat com.example.scim.Users.find(Users.java:42)",
			"   at Acme.Scim.UserController.Get(String id) in C:\\src\\Acme\\UserController.cs:line 42",
			"Traceback (most recent call last):\n  File \"app.py\", line 3, in <module>",
			"TypeError: x is undefined\n    at Router.get (/srv/scim/router.js:12:7)",
			"TypeError: x is undefined\n    at file:///srv/scim/router.mjs:12:7",
			"goroutine 12 [running]:\nmain.main()", "users.rb:12:in 'find'", "Undefined index in /srv/www/users.php on line 12",
			"java.lang.NullPointerException", "System.Data.SqlClient.SqlException: timeout",
			"org.hibernate.exception.ConstraintViolationException: could not execute statement",
		},
		"words of the database": {
			`SQLSTATE[23000]: Integrity constraint violation`, "ORA-00001: unique constraint", "PG::UniqueViolation: ERROR",
			`pq: syntax error at or near "x"`, "You have an error in your SQL syntax", "UNIQUE constraint failed: users.user_name",
			`duplicate key value violates unique constraint "users_key"`, "Duplicate entry 'x' for key 'users.name'",
			"E11000 duplicate key error collection: scim.users", "SELECT id FROM users WHERE name = 'x'", "INSERT INTO users (name) VALUES ('x')",
		},
		"a path on its machine": {
			"cannot open /srv/app/config/scim.yaml", "error in '/usr/lib/python3/scim/users.py'", `failed: C:\inetpub\scim\bin\Acme.dll`,
		},
	} {
		for _, d := range details {
			assert.Contains(t, leaks(d, "/Users/1", ""), "an error shows "+what, d)
		}
	}
}

func TestErrorsForPeopleShowNoInternals(t *testing.T) {
	for _, d := range []string{
		"User 2819c223 does not exist", "the attribute userName is required", "userName is not unique", "Select a value from the list",
		"https://scim.example.com/app/scim/v2/Users/1 does not exist", "/app/scim/v2/Users/1.json does not exist",
		"look at https://docs.example.com/errors/index.php", "/home/scim/Users is not an endpoint", "see RFC 7644 section 3.12 at line 3",
		"a user with this userName exists, update it instead, or set another one", "the value at emails[0].value is no address",
		"Invalid filter at position 12: expected an operator", "java is not a language", "the URL http://127.0.0.1:8080/scim/v2/Users:1:1 is wrong",
	} {
		assert.Empty(t, leaks(d, "/Users/1", ""), d)
	}
	assert.Empty(t, leaks("../../etc/hosts.conf is no id: /etc/hosts.conf", "/Users/%2Fetc%2Fhosts.conf", ""), "what the path says")
	assert.Empty(t, leaks(`displayName "SELECT 1 FROM x" is refused`, "/Users", `{"displayName":"SELECT 1 FROM x"}`), "what the body says")
}
