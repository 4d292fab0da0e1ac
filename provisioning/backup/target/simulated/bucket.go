package simulated

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

func order[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// bucket answers about all keys.
func (s *Store) bucket(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var out strings.Builder
	switch {
	case q.Has("object-lock") && !s.locks:
		refuse(w, http.StatusNotFound, "ObjectLockConfigurationNotFoundError")
		return
	case q.Has("object-lock"):
		out.WriteString("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>")
	case q.Has("versioning"):
		out.WriteString("<VersioningConfiguration></VersioningConfiguration>")
	case q.Has("uploads"):
		out.WriteString("<ListMultipartUploadsResult>")
		for _, id := range order(s.uploads) {
			if u := s.uploads[id]; strings.HasPrefix(u.key, q.Get("prefix")) {
				fmt.Fprintf(&out, "<Upload><Key>%s</Key><UploadId>%s</UploadId><Initiated>2026-01-02T03:04:05.000Z</Initiated></Upload>", u.key, id)
			}
		}
		out.WriteString("</ListMultipartUploadsResult>")
	case q.Has("versions"):
		out.WriteString("<ListVersionsResult>")
		s.each(q.Get("prefix"), func(key string, o *object, last bool) {
			kind := "Version"
			if o.marker {
				kind = "DeleteMarker"
			}
			fmt.Fprintf(&out, "<%s><Key>%s</Key><VersionId>%s</VersionId><IsLatest>%t</IsLatest><LastModified>%s</LastModified><Size>%d</Size></%s>",
				kind, key, o.version, last, o.at.Format(time.RFC3339), len(o.body), kind)
		})
		out.WriteString("</ListVersionsResult>")
	default:
		out.WriteString("<ListBucketResult>")
		s.each(q.Get("prefix"), func(key string, o *object, last bool) {
			if last && !o.marker {
				fmt.Fprintf(&out, "<Contents><Key>%s</Key><LastModified>%s</LastModified><Size>%d</Size></Contents>", key, o.at.Format(time.RFC3339), len(o.body))
			}
		})
		out.WriteString("</ListBucketResult>")
	}
	_, _ = io.WriteString(w, out.String()) // the reader may be gone
}

func (s *Store) each(prefix string, visit func(key string, o *object, last bool)) {
	for _, key := range order(s.objects) {
		for i, o := range slices.Backward(s.objects[key]) {
			if strings.HasPrefix(key, prefix) {
				visit(key, o, i == len(s.objects[key])-1)
			}
		}
	}
}

// text is what stands in an element of a small document.
func text(document []byte, element string) (found string) {
	for d := xml.NewDecoder(bytes.NewReader(document)); ; {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == element {
			_ = d.DecodeElement(&found, &start) // what cannot be read is nothing
			return found
		}
	}
}

// signed checks the signature of a request: AWS4-HMAC-SHA256 over its method, path, query and the headers that it names.
func signed(r *http.Request) bool {
	fields := map[string]string{}
	kind, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for _, f := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(f), "=")
		fields[name] = value
	}
	scope := strings.Split(fields["Credential"], "/")
	if kind != "AWS4-HMAC-SHA256" || len(scope) != 5 || scope[0] != AccessKey {
		return false
	}
	var headers strings.Builder
	for _, name := range strings.Split(fields["SignedHeaders"], ";") {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.TrimSpace(value))
	}
	canonical := strings.Join([]string{
		r.Method, (&url.URL{Path: r.URL.Path}).EscapedPath(), strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20"), headers.String(), fields["SignedHeaders"],
		r.Header.Get("X-Amz-Content-Sha256"),
	}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	toSign := strings.Join([]string{kind, r.Header.Get("X-Amz-Date"), strings.Join(scope[1:], "/"), hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + SecretKey)
	for _, part := range append(slices.Clone(scope[1:]), toSign) {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	want, err := hex.DecodeString(fields["Signature"])
	return err == nil && hmac.Equal(want, key)
}
