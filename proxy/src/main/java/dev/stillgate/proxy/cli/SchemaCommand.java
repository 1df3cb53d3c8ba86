package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.config.ConfigSchema;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.spi.FilterFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the JSON Schemas of the configuration files. */
@Command(
        name = "schema",
        mixinStandardHelpOptions = true,
        description = {
            "Print the JSON Schema of a configuration file, for editors.",
            "The JSON Schema version is 2020-12. It is also suitable for checks in CI.",
            "A file names its schema in its first line: # yaml-language-server: $schema=schema/policy.schema.json"
        })
final class SchemaCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "the file: ${COMPLETION-CANDIDATES}; may be omitted with --write")
    private @Nullable ConfigurationFile subject;

    @Option(
            names = "--plugins",
            paramLabel = "DIR",
            description = "a directory of additional plugin jars, whose filters are included")
    private @Nullable Path plugins;

    @Option(names = "--write", paramLabel = "DIR", description = "write all schemas into a directory")
    private @Nullable Path directory;

    /** A configuration file with a schema. */
    enum ConfigurationFile {
        stillgate,
        policy,
        accounts
    }

    @Override
    public Integer call() throws IOException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        ConfigurationFile one = subject;
        Path into = directory;
        if ((one == null) == (into == null)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "expected one of stillgate, policy, accounts, or --write DIR");
        }
        Map<ConfigurationFile, String> schemas = schemas(plugins);
        if (one != null) {
            spec.commandLine().getOut().print(schemas.get(one));
            spec.commandLine().getOut().flush();
        }
        if (into != null) {
            Files.createDirectories(into);
            for (Map.Entry<ConfigurationFile, String> schema : schemas.entrySet()) {
                Files.writeString(into.resolve(file(schema.getKey())), schema.getValue());
            }
        }
        return 0;
    }

    /** Returns the file name of a schema. */
    static String file(ConfigurationFile subject) {
        return subject.name().toLowerCase(Locale.ROOT) + ".schema.json";
    }

    static Map<ConfigurationFile, String> schemas(@Nullable Path plugins) {
        SortedMap<String, Class<? extends Record>> filters = new TreeMap<>();
        try (FilterCatalog catalog = FilterCatalog.load(SchemaCommand.class.getClassLoader(), plugins)) {
            for (String type : catalog.types()) {
                FilterFactory<?> factory = catalog.find(type);
                if (factory != null) {
                    filters.put(type, factory.policyType());
                }
            }
            Map<ConfigurationFile, String> schemas = new LinkedHashMap<>();
            schemas.put(ConfigurationFile.stillgate, JsonWriter.indented(ConfigSchema.stillgate()));
            schemas.put(ConfigurationFile.policy, JsonWriter.indented(ConfigSchema.policy(filters)));
            schemas.put(ConfigurationFile.accounts, JsonWriter.indented(ConfigSchema.accounts()));
            return schemas;
        }
    }
}
