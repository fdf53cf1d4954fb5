// Package server is the mock identity provider as a program: tenants, each an
// identity provider of some dialect with its directory, its assignments, its
// clock and its log, that provision to a target. App and Tenant are the whole
// of it; the JSON API and the pages call nothing else.
//
// A Tenant is used by many goroutines. What it does to the target is done one
// thing after another, while the directory can be read and changed between two
// requests.
package server
