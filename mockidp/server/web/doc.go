// Package web is the pages of the mock identity provider: HTML that is made here,
// on the methods of server.App and server.Tenant. Every page works without
// JavaScript; htmx and server-sent events only keep it up to date.
//
// What a form does is answered with a redirect (Post/Redirect/Get) and a
// message on the next page. Every form carries a token against forgery, and
// the Content-Security-Policy lets a page load nothing from elsewhere.
package web
