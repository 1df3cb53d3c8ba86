import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** Adds the Java runtime and the base image to the components of the distribution (CycloneDX). The Dockerfile runs it. */
public final class ImageSbom {
    private ImageSbom() {}

    /**
     * Rewrites a list of components.
     *
     * @param args the list, the file {@code release} of the Java runtime, and the name of the base image
     */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode list = (ObjectNode) json.readTree(file.toFile());
        Properties release = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(args[1]))) {
            release.load(in);
        }
        String version = unquoted(release, "JAVA_RUNTIME_VERSION");
        ArrayNode components = list.withArray("components");
        components
                .addObject()
                .put("type", "platform")
                .put("bom-ref", "java-runtime")
                .put("name", "openjdk")
                .put("version", version)
                .put("cpe", "cpe:2.3:a:oracle:openjdk:" + unquoted(release, "JAVA_VERSION") + ":*:*:*:*:*:*:*")
                .put("purl", "pkg:generic/openjdk@" + version.replace("+", "%2B"))
                .putArray("properties")
                .addObject()
                .put("name", "modules")
                .put("value", unquoted(release, "MODULES"));
        components
                .addObject()
                .put("type", "container")
                .put("bom-ref", "base-image")
                .put("name", args[2]);
        json.writeValue(file.toFile(), list);
    }

    private static String unquoted(Properties release, String key) {
        return release.getProperty(key, "unknown").replace("\"", "");
    }
}
