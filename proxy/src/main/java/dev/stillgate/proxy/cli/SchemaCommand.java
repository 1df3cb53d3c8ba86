package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.config.ConfigSchema;
import dev.stillgate.proxy.config.JsonText;
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
            "The version of JSON Schema is 2020-12; checks in CI may use it, too.",
            "A file names its schema in its first line: # yaml-language-server: $schema=schema/policy.schema.json"
        })
final class SchemaCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "whose schema: ${COMPLETION-CANDIDATES}; left out, it must be --write")
    private @Nullable Subject subject;

    @Option(
            names = "--plugins",
            paramLabel = "DIR",
            description = "plugins from outside, whose filters are to be known")
    private @Nullable Path plugins;

    @Option(names = "--write", paramLabel = "DIR", description = "write all schemas into a directory")
    private @Nullable Path directory;

    /** A file that has a schema. */
    enum Subject {
        stillgate,
        policy,
        accounts
    }

    @Override
    public Integer call() throws IOException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        Subject one = subject;
        Path into = directory;
        if ((one == null) == (into == null)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "expected one of stillgate, policy, accounts, or --write DIR");
        }
        Map<Subject, String> schemas = schemas(plugins);
        if (one != null) {
            spec.commandLine().getOut().print(schemas.get(one));
            spec.commandLine().getOut().flush();
        }
        if (into != null) {
            Files.createDirectories(into);
            for (Map.Entry<Subject, String> schema : schemas.entrySet()) {
                Files.writeString(into.resolve(file(schema.getKey())), schema.getValue());
            }
        }
        return 0;
    }

    /** Returns the name of a schema's file. */
    static String file(Subject subject) {
        return subject.name().toLowerCase(Locale.ROOT) + ".schema.json";
    }

    /** Returns the schemas of all files. */
    static Map<Subject, String> schemas(@Nullable Path plugins) {
        SortedMap<String, Class<? extends Record>> filters = new TreeMap<>();
        try (FilterCatalog catalog = FilterCatalog.load(SchemaCommand.class.getClassLoader(), plugins)) {
            for (String type : catalog.types()) {
                FilterFactory<?> factory = catalog.find(type);
                if (factory != null) {
                    filters.put(type, factory.policyType());
                }
            }
            Map<Subject, String> schemas = new LinkedHashMap<>();
            schemas.put(Subject.stillgate, JsonText.of(ConfigSchema.stillgate()));
            schemas.put(Subject.policy, JsonText.of(ConfigSchema.policy(filters)));
            schemas.put(Subject.accounts, JsonText.of(ConfigSchema.accounts()));
            return schemas;
        }
    }
}
