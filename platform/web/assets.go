package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
)

const assetPrefix = "/assets/"

// assets are the static files, in memory, compressed once at start. Their address holds the digest of all of them, so
// a browser may keep them for ever.
type assets struct {
	digest string
	files  map[string]asset
}

type asset struct {
	contentType string
	plain, zip  []byte // zip is nil when compressing does not pay
}

// served lists the kinds of file that are served, with their media types.
var served = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".png": "image/png", ".ico": "image/x-icon", ".webmanifest": "application/manifest+json",
}

func loadAssets(shipped, local fs.FS) (*assets, error) {
	a := &assets{files: map[string]asset{}}
	sum := sha256.New()
	err := fs.WalkDir(shipped, assetsDir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(file, assetsDir+"/")
		kind, ok := served[path.Ext(name)]
		if !ok || strings.Contains(name, "node_modules/") {
			return nil
		}
		body, err := readOver(shipped, local, file)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(body))
		sum.Write(body)
		a.files[name] = pack(kind, body)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("load assets: %w", err)
	}
	a.digest = hex.EncodeToString(sum.Sum(nil))[:12]
	return a, nil
}

// readOver reads the province's file, else the shipped one.
func readOver(shipped, local fs.FS, file string) ([]byte, error) {
	if local != nil {
		if raw, err := fs.ReadFile(local, file); err == nil {
			return raw, nil
		}
	}
	return fs.ReadFile(shipped, file)
}

func pack(kind string, body []byte) asset {
	a := asset{contentType: kind, plain: body}
	if strings.HasPrefix(kind, "font/") || kind == "image/png" {
		return a
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a constant that exists
	_, _ = z.Write(body)                                  // memory does not refuse
	_ = z.Close()
	if b.Len() < len(body)*9/10 {
		a.zip = b.Bytes()
	}
	return a
}

// address is where the browser finds the file. A file that is not there is an error: a page never points at nothing.
func (a *assets) address(name string) (string, error) {
	if !a.has(name) {
		return "", fmt.Errorf("no asset %s", name)
	}
	return assetPrefix + a.digest + "/" + name, nil
}

func (a *assets) has(name string) bool { _, ok := a.files[name]; return ok }

// serveAsset answers /assets/{digest}/{name}. Another release's digest gets today's file, not to be kept: while a
// release changes, pages of the old one are still open.
func (p *Pages) serveAsset(w http.ResponseWriter, r *http.Request) {
	digest, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, assetPrefix), "/")
	a, ok := p.assets.files[name]
	if !ok {
		visitOf(r.Context()).front.fail(w, r, fault.New(fault.NotFound, "not_found"))
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Vary", "Accept-Encoding")
	h.Del("Content-Language")
	if digest == p.assets.digest {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := a.plain
	if a.zip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.zip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
