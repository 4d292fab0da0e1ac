// Package templates is what a province receives and may then edit: data, texts, pages, prints and host files. No logic.
package templates

import "embed"

// FS holds everything below this folder, as packaged in this release.
//
//go:embed all:text all:hierarchy all:catalogue all:calendar all:portals all:print all:host
var FS embed.FS
