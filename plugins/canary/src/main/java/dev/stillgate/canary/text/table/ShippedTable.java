package dev.stillgate.canary.text.table;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The English table of this version, packaged in the plugin's jar from {@code config/canary/english.yaml}. */
public final class ShippedTable {
    private static @Nullable ClassTable known;

    private ShippedTable() {}

    /** Returns the table, which is read once per process. */
    public static synchronized ClassTable read() throws TableException {
        ClassTable table = known;
        if (table == null) {
            table = fromJar();
            known = table;
        }
        return table;
    }

    private static ClassTable fromJar() throws TableException {
        URL resource = ShippedTable.class.getResource("english.yaml");
        if (resource == null) {
            throw new IllegalStateException("the jar has no class table");
        }
        try {
            URI uri = resource.toURI();
            if (!uri.getScheme().equals("jar")) {
                return ClassTable.read(Path.of(uri));
            }
            try (FileSystem jar = FileSystems.newFileSystem(Path.of(jarOf(uri)), Map.of())) {
                return ClassTable.read(
                        jar.getPath(uri.toString().substring(uri.toString().indexOf("!/") + 1)));
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("the jar's class table cannot be read", e);
        }
    }

    /** Returns the file of a {@code jar:file:…!/…} URI. */
    private static URI jarOf(URI uri) {
        String text = uri.getRawSchemeSpecificPart();
        return URI.create(text.substring(0, text.indexOf("!/")));
    }
}
