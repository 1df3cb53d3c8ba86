package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.proxy.validate.EffectiveFiles;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the effective configuration. */
@Command(
        name = "dump",
        mixinStandardHelpOptions = true,
        description = {
            "Print the effective configuration, without secrets.",
            "It includes all defaults. Two YAML documents, stillgate.yaml and the policy, each with the file's hash."
        })
final class DumpCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(names = "--json", description = "print one JSON object instead of YAML")
    private boolean json;

    @Override
    public Integer call() throws ConfigException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        PrintWriter out = spec.commandLine().getOut();
        List<EffectiveFiles.Effective> files = EffectiveFiles.of(config.path(), Environment.system());
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            for (EffectiveFiles.Effective file : files) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("file", file.file().toString());
                one.put("sha256", file.sha256());
                one.put("content", file.content());
                all.put(file.name(), one);
            }
            out.print(JsonWriter.indented(all));
        } else {
            for (EffectiveFiles.Effective file : files) {
                out.println("---");
                out.println("# " + file.name() + ", effective: "
                        + Outline.safe(file.file().toString()));
                out.println("# sha256 " + file.sha256());
                out.print(YamlText.of(file.content()));
            }
        }
        out.flush();
        return 0;
    }
}
