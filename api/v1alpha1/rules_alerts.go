package v1alpha1

import (
	"net/url"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
)

var alertsRules = []Rule{{
	Code:     "runbook-url",
	Severity: kptfn.Error,
	Doc:      "Every alert leads to the runbook, with its own name behind \"#\". The address stands in Git.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		const usual = "https://wiki.example.com/registry"
		address := p.Spec.Alerts.RunbookURL
		u, err := url.Parse(address)
		at := r.At("spec.alerts.runbookURL")
		switch {
		case err == nil && u.User != nil:
			at.Say("holds a user or password, which would stand in Git; write an address such as %q", usual)
		case err != nil || u.Scheme != HTTP && u.Scheme != HTTPS || u.Host == "":
			at.Value(address).Say("is not the address of a page; write one such as %q", usual)
		case strings.Contains(address, "#"):
			at.Value(address).Say("has a part behind \"#\", where the name of each alert goes; write an address such as %q", usual)
		}
	},
}}
