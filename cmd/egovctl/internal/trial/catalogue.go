package trial

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// CatalogueChange is one of the forty by which the catalogue of the next release differs.
type CatalogueChange struct {
	Kind string // renamed, decision, fee, new, withdrawn
	Code string // of the procedure
	To   string // the new value, of renamed, decision and fee
}

// How many changes there are of each kind: forty together.
const (
	renamings   = 15
	decisions   = 10
	fees        = 5
	additions   = 5
	withdrawals = 5
)

// stride is the distance, in rows of the catalogue, between two procedures that change: they are of many fields.
const stride = 80

// changeCatalogue writes the changed files of the catalogue into dir and adds them to the overlay.
func changeCatalogue(tree, dir string, replace map[string]string) ([]CatalogueChange, error) {
	files := map[string][][]string{}
	for _, name := range []string{"procedures", "fees", "cases", "components", "methods", "results"} {
		rows, err := readCSV(filepath.Join(tree, "templates", "catalogue", name+".csv"))
		if err != nil {
			return nil, err
		}
		files[name] = rows
	}
	rows := files["procedures"]
	name, decision, amount := slices.Index(rows[0], "name"), slices.Index(rows[0], "decision"), slices.Index(files["fees"][0], "amount")
	if name < 0 || decision < 0 || amount < 0 || rows[0][0] != "code" {
		return nil, fmt.Errorf("the catalogue has other columns: %v", rows[0])
	}
	var out []CatalogueChange
	change := func(kind, code, to string) { out = append(out, CatalogueChange{kind, code, to}) }
	at := 0
	pick := func() []string { at += stride; return rows[at] }
	for range renamings {
		row := pick()
		row[name] += " (sửa đổi)"
		change("renamed", row[0], row[name])
	}
	for i := range decisions {
		row := pick()
		row[decision] = fmt.Sprintf("%d/QĐ-UBND", 3001+i)
		change("decision", row[0], row[decision])
	}
	for i := range fees {
		row := files["fees"][(i+1)*stride]
		row[amount] = fmt.Sprint(15000 + 5000*i)
		change("fee", row[0], row[amount])
	}
	for i := range additions {
		from, code := pick()[0], fmt.Sprintf("9.99000%d", i)
		for file, all := range files {
			for _, row := range all {
				if row[0] == from {
					files[file] = append(files[file], append([]string{code}, row[1:]...))
				}
			}
		}
		change("new", code, "")
	}
	for range withdrawals {
		code := pick()[0]
		for file, all := range files {
			files[file] = slices.DeleteFunc(all, func(row []string) bool { return row[0] == code })
		}
		change("withdrawn", code, "")
	}
	for file, all := range files {
		to := filepath.Join(dir, "templates", "catalogue", file+".csv")
		if err := writeCSV(to, all); err != nil {
			return nil, err
		}
		replace[filepath.Join(tree, "templates", "catalogue", file+".csv")] = to
	}
	return out, nil
}

func readCSV(path string) ([][]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read
	return csv.NewReader(file).ReadAll()
}

func writeCSV(path string, rows [][]string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := csv.NewWriter(file).WriteAll(rows); err != nil {
		return err
	}
	return file.Close()
}
