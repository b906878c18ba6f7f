package verdict

import (
	"regexp"
	"strings"
	"sync"
)

// serviceName matches the host name of a Service.
var serviceName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(\.cluster\.local)?$`)
})

var withPort = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)^(.*[^:]):([0-9]{1,5})$`) })

// placeOf names where a URL leads, so that two places can be compared: the host, the port,
// and what else there is. 80 and 443, and 50080 and 50443, are the ports of one Service.
func placeOf(url string) string {
	name, port := strings.ToLower(url), "443"
	name = strings.TrimPrefix(strings.TrimPrefix(name, "http://"), "https://")
	name = strings.TrimRight(name, "/")
	if found := withPort().FindStringSubmatch(name); found != nil {
		name, port = found[1], found[2]
	}
	switch port {
	case "80":
		port = "443"
	case "50080":
		port = "50443"
	}
	if serviceName().MatchString(name) {
		name = strings.TrimSuffix(name, ".cluster.local")
	}
	if name == "" {
		return ""
	}
	return name + ":" + port
}

// portOfTheScheme is the port of a claim's Service for the scheme of the endpoint: a claim
// names the one for https, and the one for http is beside it.
func portOfTheScheme(scheme, port string) string {
	switch scheme + ":" + port {
	case "http:443":
		return "80"
	case "http:50443":
		return "50080"
	}
	return port
}
