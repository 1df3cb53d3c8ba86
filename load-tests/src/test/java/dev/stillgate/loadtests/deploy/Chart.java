package dev.stillgate.loadtests.deploy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import dev.stillgate.loadtests.GatewayFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The Helm chart of the repository, rendered by Helm itself, which runs as a library inside the JVM. */
final class Chart {
    static final Path DEPLOY = GatewayFiles.root().resolve("config/deploy");
    static final Path DIRECTORY = DEPLOY.resolve("helm");

    /** The oldest version that Chart.yaml allows. */
    private static final String KUBERNETES = "v1.27.0";

    private Chart() {}

    static Helm helm() {
        return new Helm(DIRECTORY);
    }

    /** Renders the chart for a release in the namespace {@code default}, with a file of values. */
    static String render(String release, Path values) {
        return template(release).withValuesFile(values).call();
    }

    static TemplateCommand template(String release) {
        return helm().template().withName(release).withNamespace("default").withKubeVersion(KUBERNETES);
    }

    static Path example(String name) {
        return DIRECTORY.resolve("examples/" + name + ".yaml");
    }

    /** Parses all documents of a rendering; an empty document is left out. */
    static List<Node> objects(String rendering) {
        List<Node> objects = new ArrayList<>();
        for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(rendering)) {
            if (document != null) {
                objects.add(new Node(document));
            }
        }
        return objects;
    }

    /** Returns the objects of a kind. */
    static List<Node> ofKind(List<Node> objects, String kind) {
        return objects.stream()
                .filter(object -> object.text("kind").equals(kind))
                .toList();
    }

    /** A value of a YAML document: a map, a list or a scalar. */
    record Node(Object value) {
        /** Returns the value at a path such as {@code spec.ports.0.name}; fails if there is none. */
        Node at(String path) {
            Node found = find(path);
            if (found == null) {
                throw new AssertionError("no " + path + " in " + value);
            }
            return found;
        }

        /** Returns the value at a path, or null. */
        Node find(String path) {
            Object at = value;
            for (String step : path.split("\\.")) {
                at = switch (at) {
                    case Map<?, ?> map -> map.get(step);
                    case List<?> list -> Integer.parseInt(step) < list.size() ? list.get(Integer.parseInt(step)) : null;
                    case null, default -> null;
                };
            }
            return at == null ? null : new Node(at);
        }

        String text(String path) {
            return String.valueOf(at(path).value());
        }

        List<Node> items(String path) {
            Node list = find(path);
            return list == null
                    ? List.of()
                    : ((List<?>) list.value()).stream().map(Node::new).toList();
        }

        Map<?, ?> map(String path) {
            return (Map<?, ?>) at(path).value();
        }

        String name() {
            return text("metadata.name");
        }
    }
}
