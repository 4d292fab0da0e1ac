// Package instance is a province's answers: instance.yaml with its defaults, its precedence (flag, environment,
// file, default), its errors with line and cure, and where everything of the instance lies below ROOT.
package instance

// Config is instance.yaml, typed.
type Config struct {
	APIVersion string   `mapstructure:"apiVersion"`
	Instance   string   `mapstructure:"instance"`
	Province   Province `mapstructure:"province"`
	Language   string   `mapstructure:"language"`
	Topology   string   `mapstructure:"topology"`
	Postgres   Postgres `mapstructure:"postgres"`
	HTTP       HTTP     `mapstructure:"http"`
	Services   Services `mapstructure:"services"`
	Filing     Filing   `mapstructure:"filing"`
	Citizens   Citizens `mapstructure:"citizens"`
	Mail       Mail     `mapstructure:"mail"`
	Backup     Backup   `mapstructure:"backup"`
	Support    Support  `mapstructure:"support"`
}

// Province says whose instance it is.
type Province struct {
	Profile string `mapstructure:"profile"`
	Domain  string `mapstructure:"domain"`
}

// Postgres says where the server's programs are (embedded) or which file holds the DSN (external).
type Postgres struct {
	BinDir  string `mapstructure:"bin_dir"`
	DSNFile string `mapstructure:"dsn_file"`
}

// HTTP is the front door.
type HTTP struct {
	Listen    string `mapstructure:"listen"`
	PublicURL string `mapstructure:"public_url"`
	TLS       string `mapstructure:"tls"`
}

// Services names the services that this province does not run.
type Services struct {
	Disabled []string `mapstructure:"disabled"`
}

// Filing switches the public filing pages; everything behind them goes on without.
type Filing struct {
	Public bool `mapstructure:"public"`
}

// Citizens says how they sign in.
type Citizens struct {
	SignIn string `mapstructure:"sign_in"`
}

// Mail is the way out for notices.
type Mail struct {
	Smarthost    string `mapstructure:"smarthost"`
	From         string `mapstructure:"from"`
	PasswordFile string `mapstructure:"password_file"`
}

// Backup is where copies go, for whom they are encrypted, when, and how long they stay.
type Backup struct {
	Target     string   `mapstructure:"target"`
	Recipients []string `mapstructure:"recipients"`
	At         string   `mapstructure:"at"`
	Continuous bool     `mapstructure:"continuous"`
	Keep       Keep     `mapstructure:"keep"`
}

// Keep counts the copies that stay.
type Keep struct {
	Daily   int `mapstructure:"daily"`
	Weekly  int `mapstructure:"weekly"`
	Monthly int `mapstructure:"monthly"`
}

// Support is who may read a bundle, and whether a live diagnosis may be asked for.
type Support struct {
	Recipients []string `mapstructure:"recipients"`
	Remote     string   `mapstructure:"remote"`
}

// PublicURL is the address that people use: the configured one, else the listening address.
func (c Config) PublicURL() string {
	if c.HTTP.PublicURL != "" {
		return c.HTTP.PublicURL
	}
	return "http://" + c.HTTP.Listen
}

// Account is the name of the local account that runs the instance on a host where root installs it.
func (c Config) Account() string { return "egov-" + c.Instance }
