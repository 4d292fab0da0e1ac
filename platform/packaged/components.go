package packaged

import "strconv"

func (s *source) readComponents(c *catalogue) error {
	names := map[string]string{}
	err := s.each("catalogue/cases.csv", []string{"code", "case", "name"}, func(x []string) { names[x[0]+"/"+x[1]] = x[2] })
	if err != nil {
		return err
	}
	var r *record
	last := ""
	columns := []string{"code", "case", "component", "name", "originals", "copies", "required", "e_form"}
	return s.each("catalogue/components.csv", columns, func(x []string) {
		if x[3] == "" { // a paper without a name cannot be asked for
			return
		}
		if r == nil || r.Code != x[0] {
			r, last = c.at[x[0]], ""
		}
		if r == nil {
			return
		}
		if x[1] != last {
			last = x[1]
			r.Cases = append(r.Cases, Case{Name: names[x[0]+"/"+x[1]]})
		}
		originals, _ := strconv.Atoi(x[4])
		copies, _ := strconv.Atoi(x[5])
		k := &r.Cases[len(r.Cases)-1]
		k.Components = append(k.Components, Component{
			Code: x[2], Name: x[3], Originals: originals, Copies: copies, Required: x[6] == "1", EForm: x[7] == "1",
		})
	})
}

func (s *source) readResults(c *catalogue) error {
	return s.each("catalogue/results.csv", []string{"code", "result", "name"}, func(x []string) {
		if r := c.at[x[0]]; r != nil {
			r.Results = append(r.Results, Result{Code: x[1], Name: x[2]})
		}
	})
}
