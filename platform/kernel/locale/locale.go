// Package locale turns message keys into sentences of Vietnamese (first) or English, and writes dates and
// numbers as the state writes them.
package locale

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/sync/errgroup"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// Lang is a language of the interface.
type Lang string

// The two complete languages.
const (
	Vietnamese Lang = "vi"
	English    Lang = "en"
)

// ParseLang accepts "vi" and "en".
func ParseLang(s string) (Lang, error) {
	if l := Lang(s); l == Vietnamese || l == English {
		return l, nil
	}
	return "", fault.New(fault.Invalid, "lang.unknown", "lang", s)
}

// Catalog holds every message in both languages. It is read-only after Load.
type Catalog struct{ messages map[Lang]map[string]string }

// Load reads text/<lang>/*.yaml below root: flat or nested maps of key to sentence. A key given twice is an error.
func Load(root fs.FS) (*Catalog, error) {
	c, _, err := LoadOver(root, nil)
	return c, err
}

// LoadOver is Load with the files of own over those of root that have the same path; own may be nil. What was refused
// of own is told, file by file.
func LoadOver(root, own fs.FS) (*Catalog, []Refused, error) {
	languages := []Lang{Vietnamese, English}
	c := &Catalog{messages: map[Lang]map[string]string{}}
	for _, l := range languages {
		c.messages[l] = make(map[string]string, 4000)
	}
	refused := make([][]Refused, len(languages))
	var g errgroup.Group // every command waits for this before it says its first word
	for i, l := range languages {
		g.Go(func() (err error) {
			refused[i], err = c.load(l, root, own)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	return c, slices.Concat(refused...), nil
}

// load reads one language, which nobody else writes.
func (c *Catalog) load(l Lang, root, own fs.FS) (refused []Refused, err error) {
	files, err := fs.Glob(root, path.Join("text", string(l), "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	for _, f := range files {
		raw, err := fs.ReadFile(root, f)
		if err != nil {
			return nil, fmt.Errorf("read messages: %w", err)
		}
		if err := c.read(l, f, raw); err != nil {
			return nil, err
		}
		if own == nil {
			continue
		}
		if err := c.override(l, f, raw, own); err != nil {
			refused = append(refused, Refused{f, err})
		}
	}
	return refused, nil
}

func (c *Catalog) read(l Lang, file string, raw []byte) error {
	if simple, ok := lines(string(raw)); ok {
		for _, m := range simple {
			if err := c.put(l, file, m.key, m.text); err != nil {
				return err
			}
		}
		return nil
	}
	var tree map[string]any
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		return fmt.Errorf("parse %s: %w", file, err)
	}
	return c.add(l, file, "", tree)
}

func (c *Catalog) put(l Lang, file, key, text string) error {
	if _, twice := c.messages[l][key]; twice {
		return fmt.Errorf("%s: message %q is given twice", file, key)
	}
	c.messages[l][key] = strings.TrimSpace(text)
	return nil
}

func (c *Catalog) add(l Lang, file, prefix string, tree map[string]any) error {
	for k, v := range tree {
		key := k
		if prefix != "" {
			key = prefix + "." + k
		}
		switch v := v.(type) {
		case map[string]any:
			if err := c.add(l, file, key, v); err != nil {
				return err
			}
		case nil:
			if err := c.put(l, file, key, ""); err != nil {
				return err
			}
		default:
			if err := c.put(l, file, key, fmt.Sprint(v)); err != nil {
				return err
			}
		}
	}
	return nil
}

// counted is a word that follows a number: {n|place|places}.
var counted = regexp.MustCompile(`\{[a-z_]+\|[^{}|]*\|[^{}|]*\}`)

// Has reports whether key has a sentence in l.
func (c *Catalog) Has(l Lang, key string) bool { _, ok := c.messages[l][key]; return ok }

// Keys lists every key of l, sorted.
func (c *Catalog) Keys(l Lang) []string {
	keys := make([]string, 0, len(c.messages[l]))
	for k := range c.messages[l] {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// T returns the sentence for key with its {placeholders} filled from args (name, value pairs). {n|place|places} is the
// first word when n is 1, else the second: English counts so. An unknown key shows itself: a missing sentence is seen,
// and a test refuses it.
func (c *Catalog) T(l Lang, key string, args ...any) string {
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[fmt.Sprint(args[i])] = fmt.Sprint(args[i+1])
	}
	return c.Fill(l, key, m)
}

// Fill is T with the arguments in a map.
func (c *Catalog) Fill(l Lang, key string, args map[string]string) string {
	s, ok := c.messages[l][key]
	if !ok {
		if s, ok = c.messages[Vietnamese][key]; !ok {
			return key
		}
	}
	if len(args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	if strings.Contains(s, "|") {
		s = counted.ReplaceAllStringFunc(s, func(form string) string {
			parts := strings.Split(form[1:len(form)-1], "|")
			if args[parts[0]] == "1" {
				return parts[1]
			}
			return parts[2]
		})
	}
	pairs := make([]string, 0, 2*len(args))
	for k, v := range args {
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// Fault gives the sentence and the cure of err in l ("" when there is none). An error that is no fault.Error is told
// as an internal one: its text is for the log.
func (c *Catalog) Fault(l Lang, err error) (message, cure string) {
	e := fault.From(err)
	message = c.Fill(l, e.Key, e.Args)
	if c.Has(l, e.Key+".cure") {
		cure = c.Fill(l, e.Key+".cure", e.Args)
	}
	return message, cure
}

// Date writes 22/11/2026.
func Date(t time.Time) string { return t.In(clock.Vietnam).Format("02/01/2006") }

// DateTime writes 22/11/2026 14:05.
func DateTime(t time.Time) string { return t.In(clock.Vietnam).Format("02/01/2006 15:04") }

// LongDate writes "ngày 05 tháng 02 năm 2026" (NĐ 30/2020: days under 10 and months 1 and 2 are padded) or "5 February 2026".
func LongDate(l Lang, t time.Time) string {
	t = t.In(clock.Vietnam)
	if l == English {
		return t.Format("2 January 2006")
	}
	month := fmt.Sprint(int(t.Month()))
	if t.Month() < 3 {
		month = "0" + month
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", t.Day(), month, t.Year())
}
