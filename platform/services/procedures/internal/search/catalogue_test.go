package search_test

import (
	"strings"
	"sync"
	"testing"

	"egovctl/platform/kernel/fold"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/api"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/templates"
)

// packagedDocs is the whole packaged catalogue, as the index sees it.
func packagedDocs(t testing.TB) []search.Doc {
	t.Helper()
	set, err := packaged.Load(templates.FS, packaged.Reference)
	if err != nil {
		t.Fatal(err)
	}
	field := map[string]string{}
	for _, f := range set.Fields {
		field[f.Code] = f.Name
	}
	offered := map[string][]int32{}
	for _, o := range set.Offerings {
		offered[o.Procedure] = append(offered[o.Procedure], set.AgencyID(o.Agency))
	}
	docs := make([]search.Doc, len(set.Procedures))
	for i, p := range set.Procedures {
		docs[i] = search.Doc{Code: p.Code, Name: p.Name, Field: p.Field, FieldName: field[p.Field], Levels: p.Levels,
			Online: p.Online, Published: p.Published, FiledOnline: p.FiledOnline, Agencies: offered[p.Code]}
		if docs[i].Rendered, err = api.Render(&docs[i]); err != nil {
			t.Fatal(err)
		}
	}
	return docs
}

type corpus struct {
	index  *search.Index
	docs   []search.Doc
	folded []string
}

var corpusOnce sync.Once
var theCorpus corpus

// whole is the packaged catalogue and its index, made once.
func whole(t testing.TB) corpus {
	t.Helper()
	corpusOnce.Do(func() {
		docs := packagedDocs(t)
		theCorpus.index = search.Build(docs)
		theCorpus.docs = docs
		for _, d := range docs {
			theCorpus.folded = append(theCorpus.folded, fold.Text(d.Name))
		}
	})
	return theCorpus
}

func codes(r search.Result) string {
	var out []string
	for _, h := range r.Hits {
		out = append(out, h.Code)
	}
	return strings.Join(out, " ")
}
