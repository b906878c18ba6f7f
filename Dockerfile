# The binary and the two files by which "nobody" has a number, 65534: kustomize and kpt
# run function containers as that user, by name, without a network. There is no shell; to
# copy the binary out of the image, run its own command "install".
# "make image" builds dist/ and the image.
FROM scratch
ARG TARGETARCH
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="registry-profile" \
      org.opencontainers.image.description="Puts the internal image registry of OpenShift 4 on OpenShift Data Foundation storage, by GitOps" \
      org.opencontainers.image.source="https://github.com/registryprofile/registry-profile" \
      org.opencontainers.image.documentation="https://github.com/registryprofile/registry-profile#readme" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Whoever builds it may have another umask.
COPY --chmod=644 dist/passwd /etc/passwd
COPY --chmod=644 dist/group /etc/group
COPY --chmod=755 dist/registry-profile-linux-${TARGETARCH} /registry-profile
# Where runAsNonRoot asks, a name says nothing.
USER 65534:65534
ENTRYPOINT ["/registry-profile"]
