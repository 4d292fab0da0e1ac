package sites_test

import (
	"net/http"
	"os"
	"testing"
	"time"
)

func TestZZPreview(t *testing.T) {
	in := open(t)
	go http.ListenAndServe("127.0.0.1:18099", in.front)
	for range 1200 {
		time.Sleep(time.Second)
		if _, err := os.Stat("/tmp/web_preview_stop"); err == nil {
			return
		}
	}
}
