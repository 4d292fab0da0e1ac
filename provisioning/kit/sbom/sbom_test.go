package sbom

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/CycloneDX/cyclonedx-go"

	"egovctl/provisioning/kit/licence"
)

var program string // the command that writes the list: a real one, with real modules

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "sbom-*")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(folder, "parts")
	if out, err := exec.Command("go", "build", "-o", program, "egovctl/provisioning/kit/parts").CombinedOutput(); err != nil {
		panic(string(out))
	}
	ends := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(ends)
}

// source is made of a program and of what is in it.
func source(t *testing.T) Source {
	t.Helper()
	own := program
	info, err := buildinfo.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	text := []licence.Text{{Name: "LICENSE", IDs: []string{"MIT"}}}
	s := Source{Version: "1.2.3", Date: time.Unix(1767225600, 0), Programs: []string{own}, Parts: []licence.Part{
		{Kind: "golang", Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go"), Texts: text},
		{Kind: "npm", Name: "@fontsource/be-vietnam-pro", Version: "5.3.0", Texts: []licence.Text{{IDs: []string{"OFL-1.1", "MIT"}}},
			Hash: "sha512-xhAQBGHDxP5BF8IJxedy5MoWUmc1DlPCcZbMLhvnPkf8TaYCbbUVs3LjpuJ4BYdTrdiCLaewNaY8z+owq/FqFw=="},
		{Kind: "npm", Name: "@a/first", Version: "1.0.0", Texts: text, Hash: "sha512-" + strings.Repeat("A", 86) + "=="},
	}, Postgres: []Component{{Name: "libicu72", Version: "72.1-3+deb12u1", Licence: "licences/libicu72"}}}
	for _, d := range info.Deps {
		s.Parts = append(s.Parts, licence.Part{Kind: "golang", Name: d.Path, Version: d.Version, Texts: text})
	}
	return s
}

func TestTheListIsWhole(t *testing.T) {
	s := source(t)
	raw, err := Of(s)
	if err != nil {
		t.Fatal(err)
	}
	var b cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(bytes.NewReader(raw), cyclonedx.BOMFileFormatJSON).Decode(&b); err != nil {
		t.Fatal(err)
	}
	if b.SpecVersion != cyclonedx.SpecVersion1_6 || b.Metadata.Timestamp != "2026-01-01T00:00:00Z" || b.Metadata.Component.Version != "1.2.3" || b.SerialNumber != "" {
		t.Errorf("the head is %v %+v", b.SpecVersion, b.Metadata)
	}
	have := map[string]cyclonedx.Component{}
	for _, c := range *b.Components {
		have[c.PackageURL] = c
	}
	if len(have) != len(s.Parts)+len(s.Postgres) || len(have) < 4 {
		t.Errorf("%d components of %d parts", len(have), len(s.Parts)+len(s.Postgres))
	}
	font := have["pkg:npm/%40fontsource/be-vietnam-pro@5.3.0"]
	if font.Hashes == nil || len((*font.Hashes)[0].Value) != 128 || (*font.Licenses)[0].Expression != "MIT AND OFL-1.1" {
		t.Errorf("the typeface is %+v", font)
	}
	lib := have["pkg:golang/github.com/CycloneDX/cyclonedx-go@v0.12.0"]
	if lib.Properties == nil || !strings.HasPrefix((*lib.Properties)[0].Value, "h1:") || (*lib.Licenses)[0].License.ID != "MIT" {
		t.Errorf("the library is %+v", lib)
	}
	if icu := have["pkg:deb/debian/libicu72@72.1-3+deb12u1"]; icu.Licenses == nil || (*icu.Licenses)[0].License.Name != "linux-amd64/postgres/licences/libicu72" {
		t.Errorf("PostgreSQL's library is %+v", icu)
	}
	refs := slices.Clone(*(*b.Dependencies)[0].Dependencies)
	for _, c := range *b.Components {
		if !slices.Contains(refs, c.BOMRef) {
			t.Errorf("nothing depends on %s", c.BOMRef)
		}
	}
}

// What the schema of CycloneDX 1.6 asks of the fields that are used here.
func TestTheListIsOfTheSchemasShape(t *testing.T) {
	raw, err := Of(source(t))
	if err != nil {
		t.Fatal(err)
	}
	var b struct {
		Schema      string `json:"$schema"`
		BomFormat   string
		SpecVersion string
		Version     int
		Components  []map[string]any
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	if b.BomFormat != "CycloneDX" || b.SpecVersion != "1.6" || b.Version != 1 || b.Schema != "http://cyclonedx.org/schema/bom-1.6.schema.json" {
		t.Errorf("%+v", b)
	}
	known := []string{"bom-ref", "type", "name", "version", "licenses", "purl", "properties", "hashes"}
	purl := regexp.MustCompile(`^pkg:(golang|npm|deb)/[^@ ]+@[^@ ]+$`)
	seen := map[any]bool{}
	for _, c := range b.Components {
		for key := range c {
			if !slices.Contains(known, key) {
				t.Errorf("%v has the field %s", c["name"], key)
			}
		}
		if url, _ := c["purl"].(string); c["type"] != "library" || c["name"] == "" || !purl.MatchString(url) || seen[c["bom-ref"]] {
			t.Errorf("%v", c)
		}
		seen[c["bom-ref"]] = true
	}
}

func TestTheSameProgramsGiveTheSameList(t *testing.T) {
	s := source(t)
	one, err := Of(s)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(s.Parts)
	s.Date = s.Date.In(time.FixedZone("", 7*3600))
	two, err := Of(s)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("the list depends on the order of the parts or on the zone of the clock (%v)", err)
	}
	s.Date = time.Time{}
	if none, err := Of(s); err != nil || bytes.Contains(none, []byte("timestamp")) {
		t.Errorf("a date that nobody knows is in the list (%v)", err)
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Source)
		want   string
	}{
		"a module without a collected licence": {func(s *Source) { s.Parts = s.Parts[:len(s.Parts)-1] }, "was not collected"},
		"a licence of another version":         {func(s *Source) { s.Parts[0].Version = "1.0" }, "was not collected"},
		"no program":                           {func(s *Source) { s.Programs = []string{"/etc/passwd"} }, "read the modules"},
		"a hash that is none":                  {func(s *Source) { s.Parts[1].Hash = "sha1-AAAA" }, "no sha512"},
	} {
		t.Run(name, func(t *testing.T) {
			s := source(t)
			c.change(&s)
			if _, err := Of(s); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestThePartsOfPostgreSQLAreRead(t *testing.T) {
	for name, c := range map[string]struct{ list, want string }{
		"whole":                       {`[{"name":"libicu72","version":"72.1","licence":"licences/libicu72","files":["lib/a.so"]}]`, ""},
		"nothing":                     {`[]`, "lists nothing"},
		"no list":                     {`{`, "components.json"},
		"no version":                  {`[{"name":"libicu72","licence":"licences/libicu72"}]`, "no name, version or licence"},
		"a licence that is not there": {`[{"name":"libicu72","version":"1","licence":"licences/none"}]`, "no such file"},
		"a file that is not there":    {`[{"name":"libicu72","version":"1","licence":"licences/libicu72","files":["lib/b.so"]}]`, "no such file"},
		"a file elsewhere":            {`[{"name":"libicu72","version":"1","licence":"../../etc/passwd"}]`, "leads out"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for path, text := range map[string]string{"components.json": c.list, "licences/libicu72": "x", "lib/a.so": "x"} {
				path = filepath.Join(folder, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := Postgres(folder)
			if c.want == "" && (err != nil || len(got) != 1) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v %v, want %q", got, err, c.want)
			}
		})
	}
}
