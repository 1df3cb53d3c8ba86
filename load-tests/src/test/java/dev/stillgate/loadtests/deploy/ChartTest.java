package dev.stillgate.loadtests.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.LintResult;
import dev.stillgate.loadtests.GatewayFiles;
import dev.stillgate.loadtests.deploy.Chart.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The objects of the Helm chart. The renderings of the examples are files of the repository;
 * {@code -Dstillgate.renderings=write} writes them anew.
 */
class ChartTest {
    private static final String NAME = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final String LABEL = "([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?";
    /** The most characters that Helm allows for the name of a release. */
    private static final String LONGEST_RELEASE = "r".repeat(53);

    @Test
    void strictLintHasNoErrorAndNoWarning() {
        LintResult result = Chart.helm().lint().strict().call();

        assertThat(result.getMessages()).noneMatch(line -> line.contains("[ERROR]") || line.contains("[WARNING]"));
        assertThat(result.isFailed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "replicas, many",
        "drain.second, 5",
        "image.digest, sha256:12",
        "service.port, 70000",
        "existingSecret, Not_A_Name",
        "persistence.accessMode, ReadWriteMany",
        "persistence.size, 5 GB",
        "podDisruptionBudget.minAvailable, half",
        "service.externalTrafficPolicy, local",
        "gateway.admin.address, 127.0.0.1:9090",
        "gateway.admin.address, 0.0.0.0",
        "metrics.serviceMonitor.enable, true"
    })
    void wrongValueIsRefusedWithItsKey(String key, String value) {
        String last = key.substring(key.lastIndexOf('.') + 1);

        assertThatThrownBy(() -> Chart.template("stillgate").set(key, value).call())
                .hasMessageContaining(last);
    }

    @ParameterizedTest
    @ValueSource(strings = {"minimal", "production", "fleet"})
    void renderingIsTheFileOfTheRepository(String example) throws IOException {
        Path file = Chart.DEPLOY.resolve("kubernetes/" + example + ".yaml");
        String rendering = """
                # The chart of config/deploy/helm with examples/%s.yaml, for clusters without Helm: kubectl apply -f FILE
                # Set image, upstream and accounts first, and create the Secret: config/deploy/README.md.
                # Written by ChartTest. Change the chart or the example instead.
                """.formatted(example) + Chart.render("stillgate", Chart.example(example));

        if ("write".equals(System.getProperty("stillgate.renderings"))) {
            Files.writeString(file, rendering);
        }
        assertThat(Files.readString(file)).isEqualTo(rendering);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alerts.yaml", "stillgate.json"})
    void fileOfTheChartEqualsItsOriginal(String file) {
        assertThat(Chart.DIRECTORY.resolve("files").resolve(file))
                .hasSameBinaryContentAs(
                        Chart.DEPLOY.resolveSibling("dashboards").resolve(file));
    }

    @Test
    void alertsAndDashboardOfTheRenderingEqualTheirOriginals() throws IOException {
        List<Node> objects = rendered("stillgate", "production");
        Path dashboards = Chart.DEPLOY.resolveSibling("dashboards");

        Node rules = Chart.ofKind(objects, "PrometheusRule").getFirst();
        assertThat(rules.at("spec").value())
                .isEqualTo(Chart.objects(Files.readString(dashboards.resolve("alerts.yaml")))
                        .getFirst()
                        .value());
        Node dashboard = Chart.ofKind(objects, "ConfigMap").stream()
                .filter(map -> map.name().endsWith("-dashboard"))
                .findFirst()
                .orElseThrow();
        assertThat(dashboard.map("data").get("stillgate.json"))
                .isEqualTo(
                        Files.readString(dashboards.resolve("stillgate.json")).stripTrailing() + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "stillgate, minimal",
        "stillgate, production",
        "stillgate, fleet",
        "eu, fleet",
        "LONGEST, production",
        "LONGEST, minimal"
    })
    void namesAndLabelsAreValid(String release, String example) {
        String name = release.equals("LONGEST") ? LONGEST_RELEASE : release;
        Set<String> ids = new HashSet<>();

        for (Node object : rendered(name, example)) {
            assertThat(object.name()).matches(NAME);
            assertThat(object.text("apiVersion")).isNotEmpty();
            assertThat(ids.add(object.text("kind") + "/" + object.name()))
                    .as("one %s %s", object.text("kind"), object.name())
                    .isTrue();
            Map<?, ?> labels = object.map("metadata.labels");
            assertThat(labels.get("app.kubernetes.io/name")).isEqualTo("stillgate");
            assertThat(labels.get("app.kubernetes.io/instance")).isEqualTo(name);
            assertThat(labels.values())
                    .allSatisfy(value -> assertThat(value.toString()).matches(LABEL));
            if (object.text("kind").equals("StatefulSet")) {
                // The label of a revision is the name, a hyphen and ten characters.
                assertThat(object.name()).hasSizeLessThanOrEqualTo(52);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"minimal", "production", "fleet"})
    void referencesBetweenObjectsResolve(String example) {
        List<Node> objects = rendered("stillgate", example);
        Node set = Chart.ofKind(objects, "StatefulSet").getFirst();
        Map<?, ?> podLabels = set.map("spec.template.metadata.labels");
        Node container = set.at("spec.template.spec.containers.0");
        Set<String> ports = names(container.items("ports"), "name");

        assertThat(has(podLabels, set, "spec.selector.matchLabels")).isTrue();
        assertThat(names(Chart.ofKind(objects, "Service"), "metadata.name")).contains(set.text("spec.serviceName"));
        for (Node service : Chart.ofKind(objects, "Service")) {
            assertThat(has(podLabels, service, "spec.selector")).isTrue();
            assertThat(ports).containsAll(names(service.items("spec.ports"), "targetPort"));
        }
        for (Node policy : Chart.ofKind(objects, "NetworkPolicy")) {
            assertThat(has(podLabels, policy, "spec.podSelector.matchLabels")).isTrue();
            assertThat(policy.items("spec.ingress"))
                    .allSatisfy(rule -> assertThat(ports).containsAll(names(rule.items("ports"), "port")));
        }
        for (Node budget : Chart.ofKind(objects, "PodDisruptionBudget")) {
            assertThat(has(podLabels, budget, "spec.selector.matchLabels")).isTrue();
        }
        for (Node scaler : Chart.ofKind(objects, "HorizontalPodAutoscaler")) {
            assertThat(scaler.text("spec.scaleTargetRef.name")).isEqualTo(set.name());
            assertThat(set.find("spec.replicas"))
                    .as("replicas beside an autoscaler")
                    .isNull();
        }
        for (Node monitor : Chart.ofKind(objects, "ServiceMonitor")) {
            assertThat(Chart.ofKind(objects, "Service"))
                    .filteredOn(service -> has(service.map("metadata.labels"), monitor, "spec.selector.matchLabels"))
                    .singleElement()
                    .satisfies(service -> assertThat(names(service.items("spec.ports"), "name"))
                            .contains(monitor.text("spec.endpoints.0.port")));
        }
        assertThat(set.items("spec.template.spec.topologySpreadConstraints"))
                .hasSize(2)
                .allMatch(spread -> has(podLabels, spread, "labelSelector.matchLabels"));
        Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                .forEach(probe -> assertThat(ports).contains(container.text(probe + ".httpGet.port")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"minimal", "production", "fleet"})
    void mountsHaveVolumes(String example) {
        Node set = Chart.ofKind(rendered("stillgate", example), "StatefulSet").getFirst();
        Set<String> volumes = names(set.items("spec.template.spec.volumes"), "name");
        volumes.addAll(names(set.items("spec.volumeClaimTemplates"), "metadata.name"));

        Node container = set.at("spec.template.spec.containers.0");
        assertThat(names(container.items("volumeMounts"), "name")).isEqualTo(volumes);
        assertThat(names(container.items("volumeMounts"), "mountPath"))
                .contains("/etc/stillgate", "/var/lib/stillgate", "/tmp");
        assertThat(set.items("spec.template.spec.volumes").stream()
                        .filter(volume -> volume.text("name").equals("tmp"))
                        .map(volume -> volume.text("emptyDir.sizeLimit")))
                .as("room for the 250 MB of a flight recording")
                .containsExactly("512Mi");
    }

    @ParameterizedTest
    @CsvSource({"10, 600", "0, 30"})
    void gracePeriodCoversTheDrain(int delay, int seconds) {
        String rendering = Chart.template("stillgate")
                .set("drain.delaySeconds", delay)
                .set("drain.seconds", seconds)
                .call();
        Node set = Chart.ofKind(Chart.objects(rendering), "StatefulSet").getFirst();

        assertThat(set.text("spec.template.spec.terminationGracePeriodSeconds"))
                .isEqualTo(String.valueOf(delay + seconds + 20));
        assertThat(set.at("spec.template.spec.containers.0.args").value())
                .isEqualTo(List.of(
                        "run",
                        "--config",
                        "/etc/stillgate/stillgate.yaml",
                        "--drain-delay-seconds",
                        String.valueOf(delay),
                        "--drain-ready",
                        "--drain-seconds",
                        String.valueOf(seconds)));
    }

    /** The start reads the whole ledger: a production volume of 50 GiB holds 650 million leaves. */
    @Test
    void startOfAnHourIsNotCutOff() {
        Node probe = Chart.ofKind(rendered("stillgate", "production"), "StatefulSet")
                .getFirst()
                .at("spec.template.spec.containers.0.startupProbe");
        int period = Integer.parseInt(probe.text("periodSeconds"));

        assertThat(period * Integer.parseInt(probe.text("failureThreshold"))).isGreaterThanOrEqualTo(3600);
    }

    @ParameterizedTest
    @CsvSource({"10, 600, 610", "10, 7200, 3600"})
    void autoscalerWaitsForTheTimeOfADrainAndAtMostAnHour(int delay, int seconds, String window) {
        String rendering = Chart.template("stillgate")
                .set("autoscaling.enabled", true)
                .set("drain.delaySeconds", delay)
                .set("drain.seconds", seconds)
                .call();
        Node scaler = Chart.ofKind(Chart.objects(rendering), "HorizontalPodAutoscaler")
                .getFirst();

        assertThat(scaler.text("spec.behavior.scaleDown.stabilizationWindowSeconds"))
                .isEqualTo(window);
    }

    @Test
    void optionsOfTheJvmAreThoseOfTheImage() throws IOException {
        String image = Files.readString(GatewayFiles.root().resolve("Dockerfile"));
        Node values = Chart.objects(Files.readString(Chart.DIRECTORY.resolve("values.yaml")))
                .getFirst();

        assertThat(image).contains("ENV JDK_JAVA_OPTIONS=\"" + values.text("javaOptions") + "\"");
    }

    /** Direct memory is a quarter of the limit; processors are twice the request, unless a limit tells the JVM. */
    @ParameterizedTest
    @CsvSource({
        "'{limits: {memory: 1Gi}, requests: {cpu: 500m}}', 256m, 2",
        "'{limits: {memory: 1.5Gi}, requests: {cpu: 1.5}}', 384m, 3",
        "'{limits: {memory: 100M}, requests: {cpu: 4}}', 23m, 8",
        "'{limits: {memory: 1073741824}, requests: {cpu: 1}}', 256m, 2",
        "'{limits: {memory: 2Gi, cpu: 4}, requests: {cpu: 1}}', 512m, ",
        "'{limits: null, requests: null}', , "
    })
    void jvmIsBoundByTheResources(String resources, String direct, String processors, @TempDir Path directory)
            throws IOException {
        Path values = Files.writeString(directory.resolve("values.yaml"), "resources: " + resources + "\n");
        String options =
                env(Chart.render("stillgate", values), "JDK_JAVA_OPTIONS").text("value");

        assertThat(options).endsWith("-XX:MaxRAMPercentage=50 -XX:+UseG1GC -XX:-UsePerfData");
        assertThat(after("-XX:MaxDirectMemorySize=", options)).isEqualTo(direct);
        assertThat(after("-XX:ActiveProcessorCount=", options)).isEqualTo(processors);
    }

    private static String after(String option, String options) {
        return Stream.of(options.split(" "))
                .filter(each -> each.startsWith(option))
                .map(each -> each.substring(option.length()))
                .findFirst()
                .orElse(null);
    }

    /** Returns an environment variable of the gateway, null if there is none. */
    private static Node env(String rendering, String name) {
        return Chart.ofKind(Chart.objects(rendering), "StatefulSet")
                .getFirst()
                .items("spec.template.spec.containers.0.env")
                .stream()
                .filter(variable -> variable.text("name").equals(name))
                .findFirst()
                .orElse(null);
    }

    /** No pod starts without the secret of a canary filter that marks responses. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "policy: {filters: [{name: c, type: canary}]} | true",
                "policy: \"{filters: [{name: c, type: canary, mode: shadow}]}\" | true",
                "policy: {filters: [{name: c, type: canary, mode: off}]} | false",
                "policy: {filters: [{name: c, type: canary, config: {secretFile: /x}}]} | false",
                "policy: {version: 1} | false"
            })
    void canaryFilterNeedsItsSecret(String policy, boolean needed, @TempDir Path directory) throws IOException {
        Path values = Files.writeString(directory.resolve("values.yaml"), policy + "\n");
        String rendering = Chart.render("stillgate", values);
        Node variable = env(rendering, "STILLGATE_CANARY_SECRET");

        // Running pods, which lack a later secret, refuse a policy that adds the filter.
        assertThat(env(rendering, "STILLGATE_CANARY_SECRET_REQUIRED").text("value"))
                .isEqualTo("true");
        assertThat(variable != null).isEqualTo(needed);
        if (variable != null) {
            assertThat(variable.text("valueFrom.secretKeyRef.name")).isEqualTo("stillgate");
            assertThat(variable.text("valueFrom.secretKeyRef.key")).isEqualTo("STILLGATE_CANARY_SECRET");
            assertThat(variable.find("valueFrom.secretKeyRef.optional")).isNull();
        }
    }

    @Test
    void portsFollowTheAddresses(@TempDir Path directory) throws IOException {
        Path values = Files.writeString(directory.resolve("values.yaml"), """
                gateway:
                  admin: {address: "[::]:9191"}
                  listeners:
                    - {address: "0.0.0.0:8000"}
                    - {address: "127.0.0.1:8001"}
                    - {address: "0.0.0.0:8443"}
                service: {type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24]}
                """);
        String rendering = Chart.render("stillgate", values);
        List<Node> objects = Chart.objects(rendering);
        Node container = Chart.ofKind(objects, "StatefulSet").getFirst().at("spec.template.spec.containers.0");
        Node service = Chart.ofKind(objects, "Service").getFirst();

        assertThat(container.items("ports"))
                .extracting(port -> port.text("name") + " " + port.text("containerPort"))
                .containsExactly("http 8000", "http-2 8443", "admin 9191");
        assertThat(service.items("spec.ports"))
                .extracting(port -> port.text("targetPort") + " " + port.text("port"))
                .containsExactly("http 80", "http-2 8443");
        assertThat(service.text("spec.externalTrafficPolicy")).isEqualTo("Local");
        assertThat(service.at("spec.loadBalancerSourceRanges").value()).isEqualTo(List.of("192.0.2.0/24"));
        assertThat(Chart.ofKind(objects, "NetworkPolicy").getFirst().items("spec.ingress.0.ports"))
                .extracting(port -> port.text("port"))
                .containsExactly("http", "http-2");
        assertThat(env(rendering, "STILLGATE_ADMIN").text("value")).isEqualTo("http://127.0.0.1:9191");
    }

    @Test
    void clusterMayChooseTheUser(@TempDir Path directory) throws IOException {
        Path values = Files.writeString(
                directory.resolve("values.yaml"),
                "podSecurityContext: {runAsUser: null, runAsGroup: null, fsGroup: null}\n");
        Node pod = Chart.ofKind(Chart.objects(Chart.render("stillgate", values)), "StatefulSet")
                .getFirst()
                .at("spec.template.spec");

        assertThat(pod.map("securityContext").keySet())
                .isEqualTo(Set.of("runAsNonRoot", "fsGroupChangePolicy", "seccompProfile"));
    }

    /** The fields that the Pod Security Standard "restricted" requires. */
    @Test
    void podIsRestricted() {
        Node pod = Chart.ofKind(rendered("stillgate", "minimal"), "StatefulSet")
                .getFirst()
                .at("spec.template.spec");

        assertThat(pod.at("securityContext.runAsNonRoot").value()).isEqualTo(true);
        assertThat(pod.text("securityContext.runAsUser")).isNotEqualTo("0");
        assertThat(pod.text("securityContext.seccompProfile.type")).isEqualTo("RuntimeDefault");
        Node container = pod.at("containers.0.securityContext");
        assertThat(container.at("allowPrivilegeEscalation").value()).isEqualTo(false);
        assertThat(container.at("readOnlyRootFilesystem").value()).isEqualTo(true);
        assertThat(container.at("capabilities.drop").value()).isEqualTo(List.of("ALL"));
        assertThat(pod.at("automountServiceAccountToken").value()).isEqualTo(false);
    }

    @Test
    void stateEndsWithThePodOnlyWithoutPersistence() {
        Node set = Chart.ofKind(rendered("stillgate", "minimal"), "StatefulSet").getFirst();
        assertThat(set.text("spec.volumeClaimTemplates.0.metadata.name")).isEqualTo("state");

        String rendering =
                Chart.template("stillgate").set("persistence.enabled", false).call();
        Node without = Chart.ofKind(Chart.objects(rendering), "StatefulSet").getFirst();
        assertThat(without.find("spec.volumeClaimTemplates")).isNull();
        assertThat(without.items("spec.template.spec.volumes"))
                .anyMatch(volume -> volume.text("name").equals("state") && volume.find("emptyDir") != null);
    }

    @Test
    void changedGatewayReplacesThePodsAndAChangedPolicyDoesNot() {
        String checksum = checksum(Chart.template("stillgate").call());

        assertThat(checksum(Chart.template("stillgate")
                        .set("policy.accounts.required", true)
                        .call()))
                .isEqualTo(checksum);
        assertThat(checksum(
                        Chart.template("stillgate").set("gateway.threads", 2).call()))
                .isNotEqualTo(checksum);
    }

    @Test
    void policyMayBeTheTextOfAFile(@TempDir Path directory) throws IOException {
        String policy = "# a comment\nversion: 1\nupstreams:\n  - {name: model, endpoints: [\"http://model:9000\"]}\n";
        Path values = directory.resolve("values.yaml");
        Files.writeString(values, "policy: |\n" + policy.indent(2));

        Node map = Chart.ofKind(Chart.objects(Chart.render("stillgate", values)), "ConfigMap")
                .getFirst();
        assertThat(map.map("data").get("policy.yaml")).isEqualTo(policy);
    }

    private static String checksum(String rendering) {
        return Chart.ofKind(Chart.objects(rendering), "StatefulSet")
                .getFirst()
                .map("spec.template.metadata.annotations")
                .get("checksum/stillgate.yaml")
                .toString();
    }

    private static List<Node> rendered(String release, String example) {
        return Chart.objects(Chart.render(release, Chart.example(example)));
    }

    private static Set<String> names(List<Node> nodes, String path) {
        return nodes.stream().map(node -> node.text(path)).collect(Collectors.toCollection(HashSet::new));
    }

    /** Returns whether labels satisfy the selector at a path of an object. */
    private static boolean has(Map<?, ?> labels, Node object, String selector) {
        return !object.map(selector).isEmpty()
                && labels.entrySet().containsAll(object.map(selector).entrySet());
    }
}
