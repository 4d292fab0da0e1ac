// Package sites is the province's public portal and, from the same pages by path, the site of every agency that has one.
// It shows who is who, what each agency handles and how to begin; the texts of a site are packaged and may be edited by
// the agency's editors.
//
// It never holds procedures, agencies or dossiers: those come through its ports. Begin reading at service.go, then
// internal/portal (the words of this office) and internal/page (one file per page).
package sites
