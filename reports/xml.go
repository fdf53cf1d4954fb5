package reports

import "strings"

// xmlText escapes for character data and for attributes. Line feeds stay in
// texts, since people read the file; a carriage return would be lost.
//
// Several consumers attach the file that [[ATTACHMENT|path]] names, wherever
// it stands in an output. What a target answers must not choose files.
var xmlText = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#xD;",
	"[[ATTACHMENT|", "[ [ATTACHMENT|",
)

// escapeXML is a text as character data. What XML 1.0 forbids becomes visible.
func escapeXML(s string) string { return xmlText.Replace(visible(s)) }

// attribute is a text for an attribute: in one line, without blanks at its
// ends.
func attribute(s string) string { return escapeXML(oneLine(s)) }
