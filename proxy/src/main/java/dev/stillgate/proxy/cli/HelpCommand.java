package dev.stillgate.proxy.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the usage of the command or of one verb: {@code help VERB} equals {@code VERB --help}. */
@Command(name = "help", mixinStandardHelpOptions = true, description = "Show how a verb is used.")
final class HelpCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "VERB", description = "the verb, such as reload or explain account")
    private List<String> verbs = List.of();

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        CommandLine root = spec.commandLine().getParent();
        CommandLine at = root;
        for (int i = 0; i < verbs.size(); i++) {
            if (at.getCommand() instanceof PluginVerb) {
                break; // parses the remaining arguments itself
            }
            CommandLine below = at.getSubcommands().get(verbs.get(i));
            if (below == null) {
                throw new CommandLine.ParameterException(
                        at, "unknown verb \"" + String.join(" ", verbs.subList(0, i + 1)) + "\"");
            }
            at = below;
        }
        if (at.getCommand() instanceof PluginVerb) {
            String[] arguments = new String[verbs.size() + 1];
            verbs.toArray(arguments);
            arguments[verbs.size()] = "--help";
            return root.execute(arguments);
        }
        at.usage(root.getOut());
        root.getOut().flush();
        return 0;
    }
}
