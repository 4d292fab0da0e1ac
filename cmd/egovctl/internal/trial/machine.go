package trial

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Boot starts a machine of its own, in which systemd is the first process, and returns a place in it: every command of
// the place runs there, and Base is the machine's root folder as seen from here. Its programs are this host's, read-only;
// its files are new; its network is loopback alone. It takes root, systemd-nspawn and util-linux.
func Boot(t testing.TB) *Place {
	t.Helper()
	tree, err := os.MkdirTemp("", "egovctl-machine-")
	if err != nil {
		t.Fatal(err)
	}
	w, err := watch(halt, "TREE="+tree)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.end(); err != nil {
			t.Errorf("clean up %s: %v", tree, err)
		}
	})
	const program = "/kit/egovctl"
	if out, err := exec.Command("/bin/sh", "-ec", furnish, "sh", tree).CombinedOutput(); err != nil {
		t.Fatalf("furnish %s: %v\n%s", tree, err, out)
	}
	if err := copyFile(Binary(t), tree+program); err != nil {
		t.Fatal(err)
	}
	first := start(t, tree)
	return &Place{
		T: t, Base: tree, Root: "/opt/egov", Binary: program, Lang: "en", Instance: "machine", Listen: "127.0.0.1:8080",
		Through: []string{"nsenter", "--all", "--target", strconv.Itoa(first), "--"},
	}
}

// furnish lays out what systemd and the product need of a machine: no service but systemd's own is enabled, there is no
// account of an instance, nobody can sign in.
const furnish = `
cd "$1"
chmod 755 .
mkdir -p usr kit opt root proc sys dev run etc/systemd/system var/log var/lib
mkdir -m 1777 tmp var/tmp
for link in bin sbin lib lib64; do ln -s usr/$link $link; done
ln -s /run var/run
grep -v ^egov- /etc/passwd >etc/passwd
grep -v ^egov- /etc/group >etc/group
sed 's/:.*/:*:19000:0:99999:7:::/' etc/passwd >etc/shadow
chmod 600 etc/shadow
for file in login.defs default nsswitch.conf ld.so.conf ld.so.conf.d ld.so.cache alternatives localtime pam.d security; do
  if [ -e "/etc/$file" ]; then cp -a "/etc/$file" etc/; fi
done
cp -L /etc/os-release etc/os-release
echo drill >etc/hostname
printf '%032x\n' 1 >etc/machine-id
ln -s /lib/systemd/system/multi-user.target etc/systemd/system/default.target
`

// halt ends the machine, whatever it does, and removes it.
const halt = `
for p in /proc/[0-9]*; do
  if [ "$(tr '\0' '\n' 2>/dev/null <"$p/cmdline" | sed -n 's/^--directory=//p')" = "$TREE" ]; then
    kill -9 $(cat "/proc/${p#/proc/}/task/${p#/proc/}/children") "${p#/proc/}" 2>/dev/null
  fi
done 2>/dev/null
for round in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf "$TREE" 2>/dev/null && break
  sleep 0.5
done
[ ! -e "$TREE" ]
`

// start boots the machine and returns its first process, as this host numbers it, once the machine is up.
func start(t testing.TB, tree string) (first int) {
	t.Helper()
	c := exec.Command("systemd-nspawn", "--quiet", "--directory="+tree, "--bind-ro=/usr", "--boot", "--register=no", "--keep-unit",
		"--private-network", "--console=pipe", "--machine="+filepath.Base(tree))
	// Of cgroups only the second version tells a systemd in here that a service's last process has gone.
	c.Env = bare([]string{"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1"})
	var said strings.Builder
	c.Stdout, c.Stderr, c.WaitDelay = &said, &said, time.Second
	if err := c.Start(); err != nil {
		t.Fatalf("systemd-nspawn: %v (is it installed?)", err)
	}
	gone := make(chan error, 1)
	go func() { gone <- c.Wait() }()
	for end := time.Now().Add(Limit); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		select {
		case err := <-gone:
			t.Fatalf("the machine does not boot: %v\n%s", err, said.String())
		default:
		}
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", c.Process.Pid, c.Process.Pid))
		if err != nil {
			continue
		}
		if first, err = strconv.Atoi(strings.TrimSpace(string(children))); err != nil {
			continue
		}
		up, _ := exec.Command("nsenter", "--all", "--target", strconv.Itoa(first), "--", "systemctl", "is-system-running").Output()
		if strings.TrimSpace(string(up)) == "running" { // an error is another state, which the answer names as well
			return first
		}
	}
	t.Fatalf("the machine is not up after %s", Limit)
	return 0
}

// There runs a program of the machine's (or wherever the place's commands run) and returns what it wrote; anything but
// exit 0 fails the test.
func (p *Place) There(program ...string) string {
	p.T.Helper()
	line := append(append([]string{}, p.Through...), program...)
	return strings.TrimSpace(Exec(p.T, nil, line[0], line[1:]...).Status(Done).Stdout)
}
