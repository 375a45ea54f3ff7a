#!/bin/sh
# What run.sh runs inside the cluster's network namespace, as its administrator; the programs under test are somebody who
# has the role of docs/rbac.yaml and nothing more.
#
#   cases.sh BIN SOURCE FOLDER KILLS
set -eu
bin=$1 source=$2 work=$3 kills=$4
here=$source/tests/cluster state=/tmp/$CLUSTER_NETNS
. "$source/tests/check.sh"

HYPECC_CC=gcc "$bin/hypecc" -O1 -g "$source/tests/containers.c" -o "$work/calls"
calls=$work/calls
admin=$KUBECONFIG

# ---- Two namespaces, a person and a robot who may make calls in the first, and secrets ----
kubectl create namespace hype > /dev/null
kubectl create namespace other > /dev/null
kubectl config set-context --current --namespace hype > /dev/null
kubectl apply -f "$source/docs/rbac.yaml" > /dev/null
kubectl create rolebinding person --role hype --user person > /dev/null
kubectl create rolebinding robot --role hype --user robot@project.iam.gserviceaccount.com > /dev/null
kubectl create rolebinding inside --role hype --serviceaccount hype:default > /dev/null
kubectl create secret generic store --from-literal AWS_ACCESS_KEY_ID=hype-test --from-literal AWS_SECRET_ACCESS_KEY=hype-test-secret > /dev/null
kubectl create secret generic key --from-literal "word=sesame
" > /dev/null
export KUBECONFIG="$work/person"
kubectl config set-cluster here --server https://203.0.113.1 --certificate-authority "$state/pki/ca.crt" --embed-certs > /dev/null
kubectl config set-credentials person --token person-token > /dev/null
kubectl config set-context person --cluster here --user person --namespace hype > /dev/null
kubectl config set-credentials plugin --exec-api-version client.authentication.k8s.io/v1 --exec-command sh --exec-arg "$work/plugin" > /dev/null
kubectl config set-context plugin --cluster here --user plugin --namespace hype > /dev/null
kubectl config use-context person > /dev/null
cat > "$work/plugin" << 'END'
echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "person-token"}}'
END
export AWS_ENDPOINT_URL=http://192.0.2.1:9000 AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=hype-test AWS_SECRET_ACCESS_KEY=hype-test-secret
export STORAGE_EMULATOR_HOST=192.0.2.1:4443
s3="image=hype:test&staging-secret=store&staging=s3://hype/staging" gs="image=hype:test&staging=gs://hype/staging"
here_s3="k8s://person/hype?$s3"

as_admin() { KUBECONFIG=$admin "$@"; }
remains() { as_admin kubectl get jobs,pods,persistentvolumeclaims --all-namespaces --no-headers -o name; }
nothing_remains() { remains && [ -z "$(remains)" ]; }
wait_until() { # command; at most $limit seconds
    end=$(($(date +%s) + ${limit:-300}))
    until "$@" > /dev/null 2>&1; do
        [ "$(date +%s)" -lt "$end" ] || break
        sleep 0.1
    done
    "$@"
}
logged() { # words that the log has
    for words in "$@"; do
        grep -q -- "$words" "$work/log" || { echo "the log lacks '$words'"; cat "$work/log"; return 1; }
    done
}

# ---- The samples ----
greets() { # submitter
    HYPE_LOG=info on "$1" "$bin/hello" > "$work/log" 2>&1 || { cat "$work/log"; return 1; }
    logged '^hello world!'
}
check "hello, with 750m of a processor" "greets '$here_s3'"
traced() { # submitter
    (export HYPE_TRACE="$work/trace.json" && on "$1" "$bin/hello" > /dev/null) &&
        python3 "$here/../trace/check.py" "$work/trace.json" capture hash upload schedule pull start fetch load run return decode &&
        grep -q '"pod":"hype-run-[a-z0-9]*","node":"node0"' "$work/trace.json"
}
check "a trace with every phase" "traced '$here_s3'"
check "the log tells what happens to the pod" "greets '$here_s3' && logged 'Uploading complete: 1 files newly uploaded, 1 files cached' \
    'Submitting s3://hype/staging/manifest-.*json' 'Created pod hype-run-[a-z0-9]*' 'od hype-run-[a-z0-9]* assigned to node node0' \
    'od hype-run-[a-z0-9]* exited with status Succeeded' 'Got termination message: s3://hype/staging/.*-return.bin' '^\[greet [a-z0-9]*\] greeting from process'"
check "extract_env with a mounted secret" "looks_around '$here_s3' key && grep -q ' /etc/gcloud tmpfs ro' '$work/env' && grep -q ^KUBERNETES_SERVICE_HOST= '$work/env'"
check "one call writes a volume, ten read it in parallel" "on '$here_s3' '$bin/volumes' test-disk"
check "staged in Cloud Storage" "greets 'k8s://person/hype?$gs'"
check "the context's namespace, and the current context" "greets 'k8s://person?$s3' && greets 'k8s:?$s3'"
check "a plugin that gives tokens" "greets 'k8s://plugin?$s3'"
check "a client certificate, in the second of two kubeconfigs" "KUBECONFIG=$KUBECONFIG:$admin greets 'k8s://test?$s3'"
google="python3 '$here/google.py' '$state/pki/ca.crt'"
check "GKE: hello" "HYPE_SUBMITTER='gke://project/zone/test/hype?$gs' $google '$bin/hello'"
check "GKE: extract_env with a mounted secret" "HYPE_SUBMITTER='gke://project/zone/test/hype?$gs' $google '$bin/extract_env' key > '$work/env' && grep -q ' /etc/gcloud tmpfs ro' '$work/env'"
check "GKE: one call writes a volume, ten read it in parallel" "HYPE_SUBMITTER='gke://project/zone/test/hype?$gs' $google '$bin/volumes' test-disk"
check "GKE: a refused token is renewed" "HYPE_SUBMITTER='gke://project/zone/test/hype?$gs' python3 '$here/google.py' --refused '$state/pki/ca.crt' '$bin/hello'"
check "GKE: a cluster that is reached by name" "CURL_CA_BUNDLE='$state/pki/ca.crt' HYPE_SUBMITTER='gke://project/zone/by-name/hype?$gs' $google '$bin/hello'"
gke_says() { # words, parts of the url
    ! HYPE_SUBMITTER="gke://$2?$gs" python3 "$here/google.py" "$state/pki/ca.crt" "$bin/hello" > "$work/said" 2>&1 && cat "$work/said" && grep -q "$1" "$work/said"
}
check "GKE: hype_gke_submitter()" "$google '$calls' gke project zone test gs://hype/staging hype:test hype"
check "GKE: no such cluster" "gke_says 'Not found: projects/project/locations/zone/clusters/none' project/zone/none/hype"
check "GKE: no permission" "gke_says 'container.clusters.get' other/zone/test/hype"
check "GKE: a cluster that is being made" "gke_says PROVISIONING project/zone/starting/hype"

# ---- Stores as pods reach them ----
cat > "$work/with-google" << END
#!/bin/sh
# Google's storage, where it asks for credentials: the program has a key; pods ask their machine, or have a key as a secret.
set -e
unset STORAGE_EMULATOR_HOST
export CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE=http://192.0.2.1:4443/ HYPE_SUBMITTER='k8s://person/hype?$gs'
there=variable=CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE=\$CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE
if [ \$1 = machine ]; then
    "$calls" \$there variable=GCE_METADATA_HOST=\$FAKE_GOOGLE doze 0
else
    KUBECONFIG='$admin' kubectl create secret generic gcp-key --from-file key.json=\$GOOGLE_APPLICATION_CREDENTIALS > /dev/null
    "$calls" \$there secret=gcp-key=/etc/gcloud variable=GOOGLE_APPLICATION_CREDENTIALS=/etc/gcloud/key.json doze 0
fi
END
chmod +x "$work/with-google"
check "pods have the identity of their machine" "$google '$work/with-google' machine 2> '$work/asked' && grep '^asked for: start robot .*machine' '$work/asked'"
check "pods have a key as a secret" "$google '$work/with-google' secret 2> '$work/asked' && grep '^asked for: start robot robot' '$work/asked'"

# ---- Environments ----
check "secrets, variables, limits, volumes, crashes, exits, memory, timeouts" "on '$here_s3' '$calls'"
check "nothing remains so far" "wait_until nothing_remains"

kept() { # jsonpath of the only pod, which is then deleted
    as_admin kubectl get pod -o "jsonpath=$1"
}
shape() {
    as_admin kubectl label node node0 disk=fast --overwrite
    as_admin kubectl create priorityclass soon --value 10
    on "$here_s3&keep-pods=1" "$calls" label=team=red annotation=why=test selector=disk=fast toleration=gpu=yes:NoSchedule \
        priority=soon account=default policy=Never deadline=77 request=cpu=10m request=memory=8Mi limit=cpu=1 variable=A=B doze 0
    on "$here_s3" "$bin/hello" # which sweeps, and leaves what is kept
    as_admin kubectl get pod -o yaml
    [ "$(kept '{.items[*].metadata.labels.team} {.items[*].metadata.annotations.why} {.items[*].metadata.labels.hype\.program} {.items[*].metadata.labels.hype\.function}')" = "red test calls doze" ]
    [ "$(kept '{.items[*].spec.nodeSelector.disk} {.items[*].spec.priorityClassName} {.items[*].spec.serviceAccountName} {.items[*].spec.activeDeadlineSeconds} {.items[*].spec.restartPolicy}')" = "fast soon default 77 Never" ]
    [ "$(kept '{.items[*].spec.tolerations[?(@.key=="gpu")].value}')" = yes ]
    [ "$(kept '{.items[*].spec.containers[0].name} {.items[*].spec.containers[0].image} {.items[*].spec.containers[0].imagePullPolicy}')" = "hype-run hype:test Never" ]
    [ "$(kept '{.items[*].spec.containers[0].resources}')" = '{"limits":{"cpu":"1"},"requests":{"cpu":"10m","memory":"8Mi"}}' ]
    [ "$(kept '{.items[*].spec.containers[0].env[?(@.name=="A")].value}')" = B ]
    [ "$(kept '{.items[*].spec.containers[0].env[?(@.name=="HYPE_EXECUTION_ID")].value}')" = "$(kept '{.items[*].metadata.name}')" ]
    kept '{.items[*].metadata.name}' | grep -Eqx 'hype-run-[a-z0-9]{8}'
    kept '{.items[*].spec.containers[0].args}' | grep -Eq '^\["s3://hype/staging/manifest-[^#]*#sha256=[0-9a-f]{64}"\]$'
}
check "labels, annotations, selectors, tolerations, priority, account, policy, deadline, resources, variables" shape
as_admin kubectl delete pod --all > /dev/null
as_admin kubectl delete priorityclass soon > /dev/null 2>&1 || :

cat > "$work/pod.yaml" << 'END'
apiVersion: v1
kind: Pod
metadata: {labels: &labels {team: blue}, annotations: {<<: *labels, kept: "yes"}}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 7
  dnsConfig: {options: [{name: ndots, value: "2"}]}
  initContainers:
  - {name: prepare, image: hype:test, command: [sh, -c, "echo prepared > /shared/word"], volumeMounts: [{name: shared, mountPath: /shared}]}
  containers:
  - {name: beside, image: hype:test, command: ["true"]}
  - name: hype-run
    image: hype:test
    imagePullPolicy: IfNotPresent
    args: [replaced]
    env: [{name: EXAMPLE, value: my-env-value}, {name: MODE, value: slow}]
    resources: {requests: {cpu: 20m, memory: 16Mi}, limits: {cpu: "1"}}
    volumeMounts: [{name: shared, mountPath: /shared}]
  volumes:
  - {name: shared, emptyDir: {}}
END
from_file() {
    [ "$(on "$here_s3" "$calls" "file=$work/pod.yaml" read_text /shared/word)" = prepared ]
    [ "$(on "$here_s3" "$calls" "file=$work/pod.yaml" variable EXAMPLE)" = my-env-value ]
    on "$here_s3&keep-pods=1" "$calls" "file=$work/pod.yaml" request=cpu=30m label=team=green variable=MODE=fast secret=key=/etc/key doze 0
    as_admin kubectl get pod -o yaml
    [ "$(kept '{.items[*].spec.containers[*].name} {.items[*].spec.initContainers[*].name} {.items[*].spec.terminationGracePeriodSeconds} {.items[*].spec.dnsConfig.options[0].name}')" = "beside hype-run prepare 7 ndots" ]
    [ "$(kept '{.items[*].metadata.labels.team} {.items[*].metadata.annotations.team} {.items[*].metadata.annotations.kept}')" = "green blue yes" ]
    [ "$(kept '{.items[*].spec.containers[1].resources}')" = '{"limits":{"cpu":"1"},"requests":{"cpu":"30m","memory":"16Mi"}}' ]
    [ "$(kept '{.items[*].spec.containers[1].env[?(@.name=="MODE")].value} {.items[*].spec.containers[1].env[?(@.name=="EXAMPLE")].value}')" = "fast my-env-value" ]
    [ "$(kept '{.items[*].spec.volumes[0].name}')" = shared ]
}
check "a pod from YAML: several containers, an init container, unknown fields, merged requests" from_file
as_admin kubectl delete pod --all > /dev/null
as_admin kubectl create --dry-run=client -o json -f "$work/pod.yaml" > "$work/pod.json"
check "the same from JSON" "test \"\$(on '$here_s3' '$calls' 'file=$work/pod.json' variable EXAMPLE)\" = my-env-value"
printf 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: hype-run\n    image: [\n' > "$work/bad.yaml"
check "a file that is no YAML: file, line and column" "says 'bad.yaml:[67]:[0-9]' '$here_s3' '$calls' 'file=$work/bad.yaml' doze 0"
printf 'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: main, image: x}]}\n' > "$work/other.yaml"
check "a file without a container hype-run" "says 'hype-run' '$here_s3' '$calls' 'file=$work/other.yaml' doze 0"
{ cat "$work/pod.yaml"; echo ---; cat "$work/pod.yaml"; } > "$work/two.yaml"
check "a file of two documents" "says 'two.yaml:' '$here_s3' '$calls' 'file=$work/two.yaml' doze 0"

persists() {
    on "$here_s3" "$calls" persistent=shelf:/data write_text /data/x kept
    [ "$(as_admin kubectl get persistentvolumeclaim -o name)" = persistentvolumeclaim/shelf ]
    [ "$(on "$here_s3" "$calls" persistent=shelf:/data read_text /data/x)" = kept ]
    as_admin kubectl delete persistentvolumeclaim shelf
}
check "a persistent volume is made once, and kept" persists
keeps() {
    on "$here_s3" "$calls" kept=test-disk:/data write_text /data/x kept
    [ "$(as_admin kubectl get persistentvolumeclaim -o name | wc -l)" = 1 ]
    as_admin kubectl delete persistentvolumeclaim --all
}
check "a volume that shall survive does" keeps
refuses_readers() { # claim: the test plays the provisioner, which says what Rancher's says
    as_admin kubectl create -f - << END
apiVersion: v1
kind: Event
metadata: {generateName: $1., namespace: hype}
type: Warning
reason: ProvisioningFailed
message: NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes
involvedObject: {kind: PersistentVolumeClaim, apiVersion: v1, name: $1, namespace: hype, uid: "$(as_admin kubectl get persistentvolumeclaim "$1" -o 'jsonpath={.metadata.uid}')"}
firstTimestamp: 2026-01-01T00:00:00Z
lastTimestamp: 2026-01-01T00:00:00Z
count: 1
source: {component: test}
END
}
narrow_class() {
    as_admin kubectl apply -f - << END
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: narrow}, provisioner: example.com/none}
END
}
narrows() {
    narrow_class
    on "$here_s3" "$calls" volume=narrow:/data write_text /data/x kept &
    call=$!
    wait_until claim_is '["ReadWriteOnce","ReadOnlyMany"]'
    claim=$(as_admin kubectl get persistentvolumeclaim -o 'jsonpath={.items[0].metadata.name}')
    wait_until pod_waits
    refuses_readers "$claim"
    wait_until claim_is '["ReadWriteOnce"]'
    as_admin kubectl apply -f - << END
apiVersion: v1
kind: PersistentVolume
metadata: {name: narrow}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: narrow, persistentVolumeReclaimPolicy: Retain, hostPath: {path: "$work/disk", type: DirectoryOrCreate}}
END
    wait $call
    [ "$(cat "$work/disk/x")" = kept ]
    as_admin kubectl delete persistentvolume/narrow storageclass/narrow
}
leaves_claims_of_others() {
    narrow_class
    as_admin kubectl apply -f - << END
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: shelf}
spec: {accessModes: [ReadWriteMany], storageClassName: narrow, resources: {requests: {storage: 1Gi}}}
END
    HYPE_LOG=warning on "$here_s3" "$calls" persistent=shelf:/data pending=8 write_text /data/x kept > "$work/log" 2>&1 &
    call=$!
    wait_until pod_waits
    refuses_readers shelf
    ! wait $call
    logged 'shelf: ProvisioningFailed' 'HYPE_TIMEOUT.*NodePath'
    claim_is '["ReadWriteMany"]'
    as_admin kubectl delete persistentvolumeclaim/shelf storageclass/narrow
}
claim_is() { # access modes
    [ "$(as_admin kubectl get persistentvolumeclaim -o 'jsonpath={.items[*].spec.accessModes}')" = "$1" ]
}
pod_waits() {
    [ "$(as_admin kubectl get pod -o 'jsonpath={.items[*].status.phase}')" = Pending ]
}
check "a class that lets one node use a volume gets a claim that asks for no more" narrows
check "a claim that somebody else has made stays as it is" leaves_claims_of_others

# ---- What goes wrong ----
wrong() { # words, options and function
    words=$1
    shift
    says "$words" "$here_s3" "$calls" "$@"
}
check "an image that is nowhere" "wrong 'HYPE_NOT_FOUND: .*127.0.0.1:1/none' image=127.0.0.1:1/none doze 0"
sed 's/    args: .*/    command: [no-such-program]/' "$work/pod.yaml" > "$work/entry.yaml"
check "an entry point that is not there" "wrong 'HYPE_.*hype-run' file='$work/entry.yaml' doze 0"
check "a pod that fits no node" "wrong 'HYPE_TIMEOUT.*Insufficient cpu' request=cpu=100 pending=10 doze 0"
check "a node that is not there" "wrong \"HYPE_TIMEOUT.*node(s) didn't match\" selector=disk=none pending=10 doze 0"
check "too much memory" "wrong 'HYPE_OUT_OF_MEMORY.*64Mi' limit=memory=64Mi eat 536870912"
check "the deadline of a pod" "wrong 'HYPE_TIMEOUT.*[Dd]eadline' deadline=2 doze 60"
check "a secret that is not there" "wrong 'HYPE_NOT_FOUND.*none' secret=none=/x doze 0"
check "a storage class that is not there" "wrong 'HYPE_NOT_FOUND.*nowhere' volume=nowhere:/data doze 0"
check "a namespace where it may not" "wrong 'HYPE_PERMISSION.*pods.*other' namespace=other doze 0"
as_admin kubectl create quota none --hard pods=0 > /dev/null
check "a quota" "wrong 'HYPE_REFUSED.*exceeded quota: none' doze 0"
as_admin kubectl delete quota none > /dev/null
as_admin kubectl apply -f - > /dev/null << 'END'
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-red}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: "!('team' in object.metadata.labels) || object.metadata.labels.team != 'red'", message: red pods are not wanted here}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-red}
spec: {policyName: no-red, validationActions: [Deny]}
END
wait_until sh -c "! KUBECONFIG='$admin' kubectl run probe --image=hype:test --labels=team=red --dry-run=server"
check "an admission policy" "wrong 'HYPE_REFUSED.*red pods are not wanted here' label=team=red doze 0"
check "a map whose pods a policy refuses" "wrong 'red pods are not wanted here' label=team=red --map 4 0"
check "a map whose service account is not there" "wrong 'serviceaccount .*nowhere.* not found' account=nowhere --map 4 0"
check "no such context" "says 'elsewhere' 'k8s://elsewhere/hype?$s3' '$bin/hello'"
check "a pod that fills the disk of its node" "wrong 'HYPE_LOST.*Evicted.*ephemeral' limit=ephemeral-storage=1Mi fill 30000000"
begin() { # a call; sets pid
    HYPE_SUBMITTER=$here_s3 "$calls" "$@" > "$work/said" 2>&1 &
    pid=$!
}
pods_run() { as_admin kubectl get pod -o 'jsonpath={.items[*].status.phase}' | grep -q Running; }
lost() { # words, command that ends a pod
    words=$1
    shift
    begin doze 600
    wait_until pods_run
    as_admin "$@"
    if wait $pid; then return 1; fi
    cat "$work/said"
    grep -q "HYPE_LOST.*$words" "$work/said"
}
check "a pod that somebody deletes" "lost deleted kubectl delete pod --all --wait=false"
check "a node that is emptied" "lost '[Tt]aint' kubectl taint node node0 maintenance=now:NoExecute"
as_admin kubectl taint node node0 maintenance- > /dev/null 2>&1 || :
node_goes() {
    begin doze 600
    wait_until pods_run
    "$here/cluster" stop kubelet KILL
    as_admin kubectl delete node node0
    if wait $pid; then return 1; fi
    "$here/cluster" start kubelet
    wait_until as_admin kubectl wait --for=condition=Ready --timeout=1s node/node0
    cat "$work/said"
    grep -q 'HYPE_LOST.*node no longer exists' "$work/said"
}
check "a node that is gone" node_goes
check "nothing remains of what went wrong" "wait_until nothing_remains"

# ---- hype doctor ----
doctor_tells() { # words, submitter
    words=$1
    shift
    "$bin/hype" doctor "$@" > "$work/said" 2>&1 || :
    cat "$work/said"
    grep -q "$words" "$work/said"
}
check "hype doctor finds all that is needed" "'$bin/hype' doctor '$here_s3'"
check "hype doctor tells what is not allowed" "doctor_tells '^FAILS  permission: pods in namespace other: create.*verbs: .\"create\"' 'k8s://person/other?$s3'"
check "hype doctor tells that pods have no credentials" "doctor_tells '^FAILS  probe: .*no AWS credentials' 'k8s://person/hype?image=hype:test&staging=s3://hype/staging'"
check "hype doctor tells that there is no bucket" "doctor_tells '^FAILS  staging: .*bucket does not exist' 'k8s://person/hype?image=hype:test&staging=s3://none/staging&staging-secret=store'"
check "hype doctor tells that there is no such account" "doctor_tells '^FAILS  probe: .*nowhere' 'k8s://person/hype?$s3&service-account=nowhere'"
doctor_waits() { # for a node
    as_admin kubectl cordon node0
    "$bin/hype" doctor "$here_s3" > "$work/said" 2>&1 &
    pid=$!
    wait_until grep -q FailedScheduling "$work/said"
    kill -TERM $pid
    ! wait $pid
    as_admin kubectl uncordon node0
    wait_until nothing_remains
}
check "hype doctor tells what its probe waits for, and takes it away when it is interrupted" doctor_waits

# ---- Servers that come and go ----
restarts() { # program, signal
    HYPE_SUBMITTER=$here_s3 "$calls" chat 80 > "$work/said" 2> "$work/log" & # where a kubelet may say more
    pid=$!
    wait_until grep -q 'line 5 of' "$work/said"
    "$here/cluster" stop "$@"
    "$here/cluster" start "$1"
    wait $pid || { cat "$work/log"; return 1; }
    sed 's/^\[[^]]*\] //' "$work/said" > "$work/heard"
    { for i in $(seq 80); do echo "line $i of 80"; done; echo 80; } | diff - "$work/heard"
}
check "the API server is killed in mid-run: every line arrives once" "restarts apiserver KILL"
check "the kubelet is killed in mid-run" "restarts kubelet KILL"
compacts() {
    begin doze 30
    wait_until pods_run
    seen=$(as_admin kubectl get --raw /api/v1/namespaces/hype/pods | sed 's/.*"PodList"[^}]*"resourceVersion":"\([0-9]*\)".*/\1/')
    for i in $(seq 20); do
        printf -- '---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: filler-%s}}\n' "$i"
    done | as_admin kubectl create -f -
    "$here/cluster" stop apiserver KILL
    revision=$(curl -sf http://127.0.0.1:2379/v3/kv/range -d '{"key": "AA=="}' | sed 's/.*"revision":"\([0-9]*\)".*/\1/')
    curl -sf http://127.0.0.1:2379/v3/kv/compaction -d "{\"revision\": \"$revision\", \"physical\": true}"
    "$here/cluster" start apiserver
    wait $pid || { cat "$work/said"; return 1; }
    wait_until as_admin kubectl get --raw /readyz
    as_admin kubectl get --raw "/api/v1/namespaces/hype/pods?watch=1&timeoutSeconds=5&resourceVersion=$seen" | grep '"code":410'
}
check "etcd forgets what a watch has seen" compacts
index_runs() { as_admin kubectl get pods -l batch.kubernetes.io/job-completion-index=1 | grep -q Running; }
maps() { # what happens while it runs
    HYPE_SUBMITTER=$here_s3 HYPE_LOG=info "$calls" --map 200 300 > "$work/log" 2>&1 &
    pid=$!
    wait_until index_runs
    as_admin kubectl get jobs -l kueue.x-k8s.io/queue-name=nobody -o jsonpath='{.items[*].spec.completions}' | grep -qx 4
    "$@"
}
check "a map is an Indexed Job; a pod of it that is killed is made again" "maps as_admin kubectl delete pod --wait=false \
    -l batch.kubernetes.io/job-completion-index=1; wait \$pid || { cat '$work/log'; false; }; logged '^200 of 200' 'Created job hype-run-[a-z0-9]* of 4 batches' 'attempt 2 of 3 follows'"
interrupted() {
    maps eval 'kill -TERM $pid'
    code=0
    wait $pid || code=$?
    [ $code = 143 ] # 128 + SIGTERM
    wait_until nothing_remains
}
check "a map that is cancelled leaves no Job" interrupted
check "a hundred pods at once" "test \"\$(HYPE_SUBMITTER='$here_s3' timeout 1800 '$calls' request=cpu=1m --times 100 doze 1 | tee -a /dev/stderr)\" = '100 of 100'"

# ---- From inside ----
"$here/cluster" image docker.io/library/hype:inside "$bin/hype-run" "$calls"
inside() {
    as_admin kubectl run driver --image=hype:inside --restart=Never --env=LD_LIBRARY_PATH=/usr/local/lib --env="HYPE_SUBMITTER=k8s:?$s3" \
        --env=AWS_ENDPOINT_URL=$AWS_ENDPOINT_URL --env=AWS_REGION=us-east-1 --env=AWS_ACCESS_KEY_ID=hype-test \
        --env=AWS_SECRET_ACCESS_KEY=hype-test-secret --command -- calls doze 0
    wait_until sh -c "KUBECONFIG='$admin' kubectl get pod driver -o 'jsonpath={.status.phase}' | grep -Eq 'Succeeded|Failed'"
    as_admin kubectl logs driver
    [ "$(as_admin kubectl logs driver)" = 0 ]
}
check "a program in the cluster, as its service account" inside
as_admin kubectl delete pod driver > /dev/null 2>&1 || :

# ---- Whoever is killed leaves things; the next one sweeps them ----
killed() { # what happens before
    begin volume=test-disk:/data doze 60
    "$@"
    kill -9 $pid 2> /dev/null || :
    wait $pid 2> /dev/null || :
}
check "nothing remains before" "wait_until nothing_remains"
echo "     the moments come of seed $$"
for i in $(seq "$kills"); do
    killed sleep "$(awk -v seed="$i$$" 'BEGIN { srand(seed); print rand() * 3 }')"
done
swept() { # what was in flight at the last kill may come to be after a call has swept; the next one finds it
    for _ in 1 2 3 4 5; do
        on "$here_s3" "$bin/hello"
        if limit=60 wait_until nothing_remains; then return; fi
    done
    return 1
}
check "after kill -9 at $kills random moments and one more call nothing remains" swept
killed wait_until pods_run
check "hype gc sweeps too" "test -n \"\$(remains)\" && on '$here_s3' '$bin/hype' gc '$here_s3' && wait_until nothing_remains"
sweeps_what_it_may() {
    nothing_remains
    as_admin kubectl patch role hype --type json -p '[{"op": "test", "path": "/rules/3/resources/0", "value": "persistentvolumeclaims"}, {"op": "remove", "path": "/rules/3"}]'
    wait_until sh -c '! kubectl auth can-i list persistentvolumeclaims'
    HYPE_SUBMITTER=$here_s3 "$calls" --map 200 1000 &
    pid=$!
    wait_until index_runs
    kill -9 $pid
    ! wait $pid
    "$bin/hype" gc "$here_s3"
    wait_until nothing_remains
    as_admin kubectl apply -f "$source/docs/rbac.yaml"
}
check "what may not be looked at keeps nothing else from being swept" sweeps_what_it_may
sweeps_others() {
    as_admin kubectl run lost --image=localhost/pause:1 --labels=app.kubernetes.io/managed-by=hype,hype.owner=0123456789abcdef.1.1
    on "$here_s3" "$bin/hello"
    [ "$(remains)" = pod/lost ]
    "$bin/hype" gc "$here_s3"
    [ "$(remains)" = pod/lost ]
    "$bin/hype" gc --days=0 "$here_s3" | grep lost
    [ "$(remains)" = pod/lost ]
    "$bin/hype" gc --days=0 --delete "$here_s3"
    wait_until nothing_remains
}
check "what another machine left is listed, and removed when that is asked for" sweeps_others
spares() {
    begin doze 600
    wait_until pods_run
    "$bin/hype" gc --days=0 --delete "$here_s3"
    pods_run
    kill -TERM $pid
    if wait $pid; then return 1; fi
    wait_until nothing_remains
}
check "what a program of this machine still uses stays, however old" spares
begin volume=test-disk:/data doze 60
wait_until pods_run
kill -TERM $pid
wait $pid 2> /dev/null || :
check "and after SIGTERM" "on '$here_s3' '$bin/hello' && wait_until nothing_remains"
finish
