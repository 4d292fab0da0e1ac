package search_test

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"egovctl/platform/kernel/fold"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/procedures/internal/search"
)

// small is a catalogue in which every rule of the ranking can be seen.
func small() *search.Index {
	return search.Build([]search.Doc{
		{Code: "1.000001", Name: "Đăng ký khai sinh", Field: "HT", FieldName: "Hộ tịch", Levels: []unit.Level{unit.Commune}, Online: "full", Published: true, FiledOnline: true, Agencies: []int32{1, 2}},
		{Code: "1.000002", Name: "Đăng ký khai sinh có yếu tố nước ngoài", Field: "HT", FieldName: "Hộ tịch", Levels: []unit.Level{unit.Province}, Online: "partial", Published: true, Agencies: []int32{2}},
		{Code: "1.000003", Name: "Khai thác khoáng sản, đăng ký ngày sinh hoạt", Field: "KS", FieldName: "Khoáng sản", Levels: []unit.Level{unit.Province}, Online: "partial", Published: true},
		{Code: "1.000004", Name: "Đăng ký kết hôn", Field: "HT", FieldName: "Hộ tịch", Levels: []unit.Level{unit.Commune}, Online: "full", Published: true},
		{Code: "1.000005", Name: "Bán hàng đa cấp", Field: "CT", FieldName: "Thương mại", Levels: []unit.Level{unit.Province}, Online: "full", Published: true},
		{Code: "1.000006", Name: "Bàn giao hàng đa dạng", Field: "CT", FieldName: "Thương mại", Levels: []unit.Level{unit.Province}, Online: "full", Published: true},
		{Code: "1.000007", Name: "Nuôi trồng thủy sản tại Hòa Vang", Field: "TS", FieldName: "Thủy sản", Levels: []unit.Level{unit.Commune}, Online: "information", Published: true},
		{Code: "1.000008", Name: "Cấp giấy phép xây dựng năm 2015", Field: "XD", FieldName: "Xây dựng", Levels: []unit.Level{unit.Province}, Online: "full", Published: true},
		{Code: "1.000009", Name: "Cấp giấy phép lái xe", Field: "GT", FieldName: "Đường bộ", Levels: []unit.Level{unit.Province}, Online: "full"},
	})
}

func TestFind(t *testing.T) {
	x := small()
	for _, c := range []struct {
		name string
		q    search.Query
		want string
	}{
		{"without accents the shorter of two phrases stands first, scattered words last", search.Query{Text: "dang ky khai sinh"}, "1.000001 1.000002 1.000003"},
		{"with accents as well", search.Query{Text: "Đăng ký khai sinh"}, "1.000001 1.000002 1.000003"},
		{"the very accents stand before other accents", search.Query{Text: "bàn"}, "1.000006 1.000005"},
		{"other accents the other way round", search.Query{Text: "bán"}, "1.000005 1.000006"},
		{"old and new places of the tone mark are one", search.Query{Text: "thuỷ sản hoà vang"}, "1.000007"},
		{"a wrong letter", search.Query{Text: "dang ky khai simh"}, "1.000001 1.000002 1.000003"},
		{"a missing letter", search.Query{Text: "đăng ký kết hô"}, "1.000004"},
		{"two letters swapped", search.Query{Text: "giya phep xay dung"}, "1.000008"},
		{"a wrong letter that makes another word", search.Query{Text: "dang ky kha sinh"}, "1.000001 1.000002 1.000003"},
		{"a missing space", search.Query{Text: "dangky khai sinh"}, "1.000001 1.000002 1.000003"},
		{"a surplus space", search.Query{Text: "dang ky kh ai sinh"}, "1.000001 1.000002 1.000003"},
		{"the last word still being typed", search.Query{Text: "giay phep xa"}, "1.000008"},
		{"a number is not another number", search.Query{Text: "2014"}, ""},
		{"the very number", search.Query{Text: "2015"}, "1.000008"},
		{"by code", search.Query{Text: "1.000004"}, "1.000004"},
		{"by the beginning of a code", search.Query{Text: "1.00000", Limit: 3}, "1.000006 1.000005 1.000009"},
		{"by the digits of a code", search.Query{Text: "000004"}, "1.000004"},
		{"by name of the field", search.Query{Text: "khoang san"}, "1.000003"},
		{"words of name and field together", search.Query{Text: "ket hon ho tich"}, "1.000004"},
		{"a word too many is forgiven", search.Query{Text: "tôi muốn đăng ký kết hôn"}, "1.000004"},
		{"gibberish finds nothing", search.Query{Text: "qwrtp zxcvb"}, ""},
		{"punctuation alone finds nothing", search.Query{Text: "?!"}, ""},
		{"nothing asked lists everything by the alphabet", search.Query{Limit: 3}, "1.000006 1.000005 1.000009"},
		{"only what is announced", search.Query{Text: "cap giay phep", Published: true}, "1.000008"},
		{"of a field", search.Query{Text: "dang ky", Field: "KS"}, "1.000003"},
		{"of a level", search.Query{Text: "dang ky", Level: unit.Commune}, "1.000004 1.000001"},
		{"of an online level", search.Query{Text: "dang ky", Online: "partial"}, "1.000002 1.000003"},
		{"of an agency", search.Query{Text: "dang ky", Agency: 1}, "1.000001"},
		{"of an agency that offers nothing", search.Query{Text: "dang ky", Agency: 9}, ""},
		{"of a field that does not exist", search.Query{Field: "none"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := x.Find(c.q)
			if diff := cmp.Diff(c.want, codes(got)); diff != "" {
				t.Errorf("%q (-want +got)\n%s", c.q.Text, diff)
			}
			if got.Total < len(got.Hits) {
				t.Errorf("total %d of %d hits", got.Total, len(got.Hits))
			}
		})
	}
}

func TestAnEmptyIndexFindsNothing(t *testing.T) {
	if got := search.Build(nil).Find(search.Query{Text: "a"}); len(got.Hits) != 0 || got.Next != "" {
		t.Errorf("found %v", got)
	}
}

func TestPagesTogetherAreTheWholeList(t *testing.T) {
	c := whole(t)
	for _, text := range []string{"", "cấp giấy phép", "giay chug nhan", "dat dai"} {
		all := c.index.Find(search.Query{Text: text, Limit: 100})
		want := codes(all)
		var got []string
		q := search.Query{Text: text, Limit: 7}
		for len(got) < len(all.Hits) {
			page := c.index.Find(q)
			if page.Total != all.Total {
				t.Fatalf("%q: total %d on a page, %d at once", text, page.Total, all.Total)
			}
			got = append(got, strings.Fields(codes(page))...)
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
			if !search.ValidCursor(q.Cursor) {
				t.Fatalf("cursor %q is not valid", q.Cursor)
			}
		}
		if diff := cmp.Diff(want, strings.Join(got[:min(len(got), len(all.Hits))], " ")); diff != "" {
			t.Errorf("%q (-at once +in pages)\n%s", text, diff)
		}
	}
}

func TestCursorsOfOthersAreRefused(t *testing.T) {
	for _, s := range []string{"x", "1", "_1.000001", "1_", "1_a", "99999999999_1.000001"} {
		if search.ValidCursor(s) {
			t.Errorf("%q passes", s)
		}
	}
}

// Laws, over the packaged catalogue.

func TestAFoldedNameFindsItselfFirst(t *testing.T) {
	c := whole(t)
	for i, d := range c.docs {
		got := c.index.Find(search.Query{Text: c.folded[i], Limit: 1})
		if len(got.Hits) == 0 || fold.Text(got.Hits[0].Name) != c.folded[i] {
			t.Fatalf("%s %q finds %s first", d.Code, d.Name, codes(got))
		}
	}
}

func TestRemovingAccentsDoesNotChangeTheSet(t *testing.T) {
	c := whole(t)
	rapid.Check(t, func(t *rapid.T) {
		w := strings.Fields(rapid.SampledFrom(c.docs).Draw(t, "doc").Name)
		n := rapid.IntRange(1, min(6, len(w))).Draw(t, "n")
		at := rapid.IntRange(0, len(w)-n).Draw(t, "at")
		text := strings.Join(w[at:at+n], " ")
		with, without := set(c.index, text), set(c.index, fold.Text(text))
		if diff := cmp.Diff(with, without); diff != "" {
			t.Fatalf("%q (-with +without)\n%s", text, diff)
		}
	})
}

func set(x *search.Index, text string) []string {
	var all []string
	q := search.Query{Text: text, Limit: search.MaxLimit}
	for {
		page := x.Find(q)
		all = append(all, strings.Fields(codes(page))...)
		if q.Cursor = page.Next; q.Cursor == "" {
			slices.Sort(all)
			return all
		}
	}
}

func TestAnyTextIsAnswered(t *testing.T) {
	c := whole(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-z]{1,6} ){0,80}`)).Draw(t, "text")
		got := c.index.Find(search.Query{Text: text, Limit: rapid.IntRange(-1, 200).Draw(t, "limit"), Cursor: rapid.String().Draw(t, "cursor")})
		if len(got.Hits) > search.MaxLimit {
			t.Fatalf("%d hits", len(got.Hits))
		}
	})
}

func TestManyReadersShareOneIndex(t *testing.T) {
	c := whole(t)
	want := codes(c.index.Find(search.Query{Text: "cap giay chung nhan", Limit: 10}))
	done := make(chan error, 8)
	for range 8 {
		go func() {
			for i := range 200 {
				c.index.Find(search.Query{Text: c.folded[i], Limit: 5})
				if got := codes(c.index.Find(search.Query{Text: "cap giay chung nhan", Limit: 10})); got != want {
					done <- fmt.Errorf("got %s, want %s", got, want)
					return
				}
			}
			done <- nil
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestTheIndexStaysBelow8MiB(t *testing.T) {
	docs := packagedDocs(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := search.Build(docs)
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Attr("bytes", strconv.FormatInt(max(grown, int64(x.Bytes())), 10)) // for make bench
	t.Logf("%d procedures: %d bytes by count, %d more on the heap", x.Len(), x.Bytes(), grown)
	if grown > 8<<20 || x.Bytes() > 8<<20 {
		t.Errorf("the index takes %d bytes (%d counted), want below 8 MiB", grown, x.Bytes())
	}
	runtime.KeepAlive(docs)
}
