// Package browser looks at the portal as people do: a real Chromium, a real instance that the real binary installed.
// Its tests walk a dossier from the search box to its end with scripts and without, read every page of every role in
// both languages at the widths of a phone, a tablet and a desk, and run axe-core on each. It holds tests only.
//
// With EGOVCTL_PICTURES=DIR every page that is read is also photographed into DIR.
package browser
