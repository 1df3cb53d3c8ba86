package dev.stillgate.proxy.cli;

import dev.stillgate.spi.Command;
import java.io.IOException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** A verb provided by a plugin. The plugin parses the arguments. */
final class PluginVerb implements Callable<Integer> {
    private final Command command;

    @Parameters(arity = "0..*", paramLabel = "ARGUMENTS")
    private List<String> arguments = List.of();

    private PluginVerb(Command command) {
        this.command = command;
    }

    /** Adds the verbs of plugins on the class path. Their names must differ from the built-in verbs. */
    static void addTo(CommandLine line) {
        for (Command command : ServiceLoader.load(Command.class)) {
            CommandLine verb = new CommandLine(new PluginVerb(command));
            verb.setUnmatchedOptionsArePositionalParams(true);
            verb.getCommandSpec().usageMessage().description(command.description());
            line.addSubcommand(command.name(), verb);
        }
    }

    @Override
    public Integer call() throws IOException {
        return command.run(arguments, System.in, System.out, System.err);
    }
}
