#!/usr/bin/env bash
# Builds the function and packs it where deploy/security-account.yaml names it. With a target it is
# built for that one, for instance: deploy/package.sh aarch64-unknown-linux-gnu
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-}
cargo build --locked --profile dist --package lambda ${target:+--target "$target"}
built=$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
bootstrap=$built${target:+/$target}/dist/bootstrap

# Amazon Linux 2023 has this one; a newer symbol would only be missed when the function starts.
newest=$(objdump -T "$bootstrap" | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -1)
if [ "$(printf '%s\nGLIBC_2.34\n' "$newest" | sort -V | tail -1)" != GLIBC_2.34 ]; then
    echo "the binary needs $newest, and Amazon Linux 2023 has GLIBC_2.34: build it on an older system" >&2
    exit 1
fi

rm -rf target/package
mkdir -p target/package
# The same content is the same zip: only then does CloudFormation leave the function alone.
python3 - "$bootstrap" target/package/bootstrap.zip <<'END'
import sys, zipfile
entry = zipfile.ZipInfo("bootstrap")
entry.external_attr = 0o755 << 16
entry.compress_type = zipfile.ZIP_DEFLATED
with zipfile.ZipFile(sys.argv[2], "w") as archive, open(sys.argv[1], "rb") as binary:
    archive.writestr(entry, binary.read(), compresslevel=9)
END
echo "target/package/bootstrap.zip: $(wc -c < target/package/bootstrap.zip) bytes, the binary $(wc -c < "$bootstrap"), needs $newest"
