package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"sort"
	"strings"
	"sync"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
)

// ErrorPage is the page on which every refusal is told to people. Its data is a Problem.
const ErrorPage = "site/error"

const (
	portalsDir = "portals"
	layoutDir  = "portals/layout"
	assetsDir  = "portals/assets"
)

// PagesConfig is what the pages are made from.
type PagesConfig struct {
	Shipped fs.FS // templates.FS
	Local   fs.FS // ROOT/local/templates, laid out like Shipped; nil when the province overrides nothing
	Texts   *locale.Catalog
	Known   []health.Result // findings about the local files from before (Overrides)
	Clock   clock.Clock     // nil: the host's
	Portal  Portal
}

// Pages renders the portal's templates in the reader's language, the province's local/ files first. Every file is
// parsed at start; a local file that does not parse, or that cannot show its page's sample, is refused and the shipped
// one stays (Findings tells).
type Pages struct {
	texts    *locale.Catalog
	clock    clock.Clock
	portal   Portal
	shipped  fs.FS
	local    fs.FS
	assets   *assets
	mu       sync.RWMutex // guards what follows until the start is over
	pages    map[string]map[locale.Lang]*template.Template
	behind   map[string][]map[locale.Lang]*template.Template // what is shown instead of an overridden page that fails, the shipped one last
	findings []health.Result
	nav      []navLine
	coming   func(time.Time) (time.Time, bool) // see Announce; nil for never
}

// NewPages parses everything below portals/. A shipped file that does not parse is an error.
func NewPages(c PagesConfig) (*Pages, error) {
	p := &Pages{texts: c.Texts, clock: c.Clock, portal: c.Portal.complete(), shipped: c.Shipped, local: c.Local, findings: c.Known,
		pages: map[string]map[locale.Lang]*template.Template{}, behind: map[string][]map[locale.Lang]*template.Template{}}
	if p.clock == nil {
		p.clock = clock.System{}
	}
	var err error
	if p.assets, err = loadAssets(c.Shipped, c.Local); err != nil {
		return nil, err
	}
	if err := p.parse(); err != nil {
		return nil, err
	}
	if err := p.Declare(ErrorPage, Problem{Title: "x", Status: http.StatusNotFound, Detail: "x", Cure: "x"}); err != nil {
		return nil, err
	}
	return p, nil
}

// Declare says that a service serves page and gives a sample of its data. A page that is not shipped, or that cannot
// show the sample, is an error: the platform does not start. A local file that cannot is put aside.
func (p *Pages) Declare(page string, sample any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.pages[page]; !ok {
		return fmt.Errorf("page %s is not among the templates", page)
	}
	err := p.try(page, sample)
	for err != nil && len(p.behind[page]) > 0 {
		p.refuse(path.Join(portalsDir, page+".html"), err)
		p.pages[page], p.behind[page] = p.behind[page][0], p.behind[page][1:]
		err = p.try(page, sample)
	}
	if err != nil {
		return fmt.Errorf("page %s: %w", page, err)
	}
	return nil
}

func (p *Pages) try(page string, sample any) error {
	for _, l := range []locale.Lang{locale.Vietnamese, locale.English} {
		v := p.view(sampleRequest(l), page, sample)
		if err := p.pages[page][l].ExecuteTemplate(&bytes.Buffer{}, "base", v); err != nil {
			return err
		}
	}
	return nil
}

// Findings lists what is to be said of the local files, for health and doctor.
func (p *Pages) Findings() []health.Result {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return append([]health.Result(nil), p.findings...)
}

// Render writes page (such as "onestop/inbox") with data in the reader's language. Nothing is sent when the template
// fails. Inside the page's blocks the dot is data.
func (p *Pages) Render(w http.ResponseWriter, r *http.Request, status int, page string, data any) error {
	p.mu.RLock()
	t := p.pages[page][LangOf(r.Context())]
	p.mu.RUnlock()
	if t == nil {
		return fault.Wrap(errors.New("no template "+page), fault.Internal, "internal")
	}
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer buffers.Put(b)
	if err := t.ExecuteTemplate(b, "base", p.view(r, page, data)); err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	writeBody(w, status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Portal tells whose portal the pages are of.
func (p *Pages) Portal() Portal { return p.portal }

// Names lists the pages, for the inspection that walks them all.
func (p *Pages) Names() []string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	names := make(map[string]any, len(p.pages))
	for n := range p.pages {
		names[n] = nil
	}
	return sortedKeys(names)
}

// Page returns the page name of a template file, "" when the file is none: portals/onestop/inbox.html is onestop/inbox.
func pageName(file string) string {
	if path.Ext(file) != ".html" || strings.HasPrefix(file, layoutDir+"/") || strings.HasPrefix(file, assetsDir+"/") {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(file, portalsDir+"/"), ".html")
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
