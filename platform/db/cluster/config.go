package cluster

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Size is what the host has to give.
type Size struct {
	Memory int64 // bytes
	Cores  int
}

// HostSize measures this host; a container's memory limit counts if it is lower.
func HostSize() Size {
	s := Size{Memory: 1 << 30, Cores: runtime.NumCPU()}
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		s.Memory = int64(info.Totalram) * int64(info.Unit)
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n < s.Memory {
			s.Memory = n
		}
	}
	return s
}

// Config is the whole postgresql.conf for a host of that size; the same size gives the same text. No path in it is
// absolute, so that the data can be moved with all that lies beside them. Time-outs of statements are settings of the
// roles (db.EnsureRoles), so that dumps and restores are not cut short.
func (c *Cluster) Config(size Size) string {
	const mb = 1 << 20
	between := func(low, n, high int64) string { return fmt.Sprintf("%dMB", min(max(low, n/mb), high)) }
	settings := [][2]string{
		{"# who may come: this host, through the socket, with a password", ""},
		{"listen_addresses", ""},
		{"unix_socket_permissions", "0700"},
		{"port", strconv.Itoa(c.o.Port)},
		{"password_encryption", "scram-sha-256"},
		{"max_connections", "80"},
		{"# sized to the host; the platform and the page cache need the rest", ""},
		{"shared_buffers", between(32, size.Memory/8, 4096)},
		{"effective_cache_size", between(64, size.Memory/2, 1<<20)},
		{"work_mem", between(4, size.Memory/1024, 64)},
		{"maintenance_work_mem", between(32, size.Memory/32, 1024)},
		{"max_worker_processes", strconv.Itoa(max(4, size.Cores+2))},
		{"max_parallel_workers", strconv.Itoa(max(1, size.Cores))},
		{"max_parallel_workers_per_gather", strconv.Itoa(min(4, size.Cores/2))},
		{"random_page_cost", "1.1"},
		{"jit", "off"},
		{"# what was acknowledged survives a power cut", ""},
		{"fsync", "on"},
		{"full_page_writes", "on"},
		{"synchronous_commit", "on"},
		{"wal_level", "replica"},
		{"wal_compression", "on"},
		{"max_wal_senders", "4"},
		{"min_wal_size", "80MB"},
		{"max_wal_size", "2GB"},
		{"checkpoint_timeout", "15min"},
		{"checkpoint_completion_target", "0.9"},
		{"idle_in_transaction_session_timeout", "10min"},
		{"# one file a day of the month; values of statements never reach it, they may be personal data", ""},
		{"logging_collector", "on"},
		{"log_directory", c.logFolder()},
		{"log_filename", "postgresql-%d.log"},
		{"log_file_mode", "0600"},
		{"log_truncate_on_rotation", "on"},
		{"log_rotation_age", "1d"},
		{"log_rotation_size", "0"},
		{"log_line_prefix", "%m [%p] %q%u@%d "},
		{"log_error_verbosity", "terse"},
		{"log_min_error_statement", "panic"},
		{"log_parameter_max_length", "0"},
		{"log_parameter_max_length_on_error", "0"},
		{"log_statement", "none"},
		{"log_lock_waits", "on"},
		{"log_timezone", "<+07>-07"},
		{"# the day of Việt Nam, without a zone database", ""},
		{"timezone", "<+07>-07"},
		{"datestyle", "iso, dmy"},
		{"lc_messages", "C"},
		{"default_text_search_config", "pg_catalog.simple"},
	}
	var b strings.Builder
	b.WriteString("# Written by egovctl. A province's own settings go into local.conf beside this file.\n")
	for _, s := range settings {
		if s[1] == "" && strings.HasPrefix(s[0], "#") {
			b.WriteString("\n" + s[0] + "\n")
			continue
		}
		line(&b, s[0], s[1])
	}
	b.WriteString("\ninclude_if_exists 'local.conf'\n")
	for _, name := range slices.Sorted(maps.Keys(c.o.Settings)) {
		line(&b, name, c.o.Settings[name])
	}
	return b.String()
}

// logFolder is the log's folder as the server sees it, which works in the data folder.
func (c *Cluster) logFolder() string {
	if rel, err := filepath.Rel(c.o.Data, c.o.Log); err == nil {
		return rel
	}
	return c.o.Log
}

func line(b *strings.Builder, name, value string) {
	fmt.Fprintf(b, "%s = '%s'\n", name, strings.ReplaceAll(value, "'", "''"))
}

// HBA is the whole pg_hba.conf: the socket, with a password, and nothing else.
func (c *Cluster) HBA() string {
	return "# Written by egovctl. TYPE DATABASE USER METHOD\n" +
		"local all all scram-sha-256\n" +
		"local replication " + strconv.Quote(c.o.Superuser) + " scram-sha-256\n"
}
