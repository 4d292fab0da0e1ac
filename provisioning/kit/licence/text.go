package licence

import (
	"regexp"
	"slices"
	"strings"
)

var (
	licenceFile = regexp.MustCompile(`(?i)^(un)?licen[cs]e(-[a-z0-9.]+)?(\.(txt|md))?$|^copying(\.(txt|md))?$`)
	alongFile   = regexp.MustCompile(`(?i)^(notice|patents)(\.(txt|md))?$`)
	signs       = regexp.MustCompile(`[^a-z0-9.]+`)
)

// phrases are sentences that stand in one licence and in no other, as plain has them.
var phrases = []struct{ id, phrase string }{
	{"Apache-2.0", "apache license version 2.0 january 2004"},
	{"Apache-2.0", "licensed under the apache license version 2.0"},
	{"CC-BY-SA-4.0", "attribution sharealike 4.0 international"},
	{"GNU", "everyone is permitted to copy and distribute verbatim copies of this license document"},
	{"ISC", "permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted"},
	{"MIT", "permission is hereby granted free of charge to any person obtaining a copy of this software"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"OFL-1.1", "sil open font license version 1.1"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
}

const (
	bsd      = "redistribution and use in source and binary forms with or without modification are permitted"
	bsdThird = "to endorse or promote products derived from this software without specific prior written permission"
)

// identify names the licences in a text, sorted; none when nobody here knows it.
func identify(body []byte) []string {
	s := plain(body)
	var ids []string
	for _, p := range phrases {
		if strings.Contains(s, p.phrase) {
			ids = append(ids, p.id)
		}
	}
	if strings.Contains(s, bsd) {
		if strings.Contains(s, bsdThird) {
			ids = append(ids, "BSD-3-Clause")
		} else {
			ids = append(ids, "BSD-2-Clause")
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// plain is the text in small letters, its words one space apart.
func plain(body []byte) string {
	return strings.TrimSpace(signs.ReplaceAllString(strings.ToLower(string(body)), " "))
}
