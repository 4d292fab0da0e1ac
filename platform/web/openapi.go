package web

import (
	"net/http"
)

func (f *Front) openapi(w http.ResponseWriter, r *http.Request) {
	if err := JSON(w, http.StatusOK, f.document(LangOf(r.Context()))); err != nil {
		f.fail(w, r, err)
	}
}
