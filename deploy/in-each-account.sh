#!/bin/sh
# Deploys a template in every account of a list, one after the other, with the AWS CLI and a profile for each account: the one
# time that somebody has to sign in everywhere, for those who have no role in their accounts yet.
#
#   deploy/in-each-account.sh LIST PROFILE TEMPLATE STACK PARAMETER=VALUE...
#
# LIST has `account id,root e-mail` lines. PROFILE is the name of each account's profile, with {} in the place of its id. The
# Region is that of the profile or of AWS_REGION. What is as wanted already is left as it is, an account that fails stops no
# other, and run again it does what is missing. Exit status: 0, or 1 where an account failed; each of those is named.
set -u

if [ $# -lt 4 ]; then
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
list=$1 profile=$2 template=$3 stack=$4
shift 4
[ -r "$list" ] || { echo "$list: cannot be read" >&2; exit 2; }
[ -r "$template" ] || { echo "$template: cannot be read" >&2; exit 2; }
case $profile in *"{}"*) ;; *) echo "$profile: the name of a profile needs {} for the account id" >&2; exit 2 ;; esac

done=0 failed=""
# Account ids alone: a header and empty lines have none.
for account in $(cut -d, -f1 "$list" | tr -d '" \r' | grep -E '^[0-9]{12}$'); do
    name=$(printf '%s\n' "$profile" | sed "s/{}/$account/")
    # Another account than that of the profile's name would get the role, and nobody would notice.
    if ! there=$(aws sts get-caller-identity --profile "$name" --query Account --output text </dev/null); then
        failed="$failed $account"
    elif [ "$there" != "$account" ]; then
        echo "$account: the profile $name is of account $there" >&2
        failed="$failed $account"
    elif aws cloudformation deploy --profile "$name" --template-file "$template" --stack-name "$stack" \
        --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset ${1+--parameter-overrides "$@"} </dev/null; then
        done=$((done + 1))
    else
        failed="$failed $account"
    fi
done
echo "$done accounts as wanted"
if [ -n "$failed" ]; then
    echo "failed:$failed" >&2
    exit 1
fi
