# "make release" wrote it, with the checksums of the release.
class RegistryProfile < Formula
  desc "Puts the image registry of OpenShift on ODF storage, by GitOps"
  homepage "https://{{.Repository}}"
  version "{{.Number}}"
  license "Apache-2.0"
{{range .Systems}}
  on_{{.Name}} do
{{- range .Archives}}
    on_{{.Processor}} do
      url "{{$.Downloads}}/{{.Name}}"
      sha256 "{{.SHA256}}"
    end
{{- end}}
  end
{{end}}
  def install
    bin.install "registry-profile"
    man1.install Dir["man/man1/*.1"]
    bash_completion.install "completions/bash/registry-profile"
    zsh_completion.install "completions/zsh/_registry-profile"
    fish_completion.install "completions/fish/registry-profile.fish"
  end

  test do
    assert_match "v#{version}", shell_output("#{bin}/registry-profile version")
  end
end
