package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.chain.FilterCatalog.PluginException;
import dev.stillgate.proxy.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code stillgate} command. Exit codes: 0 success, 1 invalid input or failure, 2 wrong usage. */
@Command(
        name = "stillgate",
        description =
                "A reverse proxy in front of a model API that makes industrial distillation slow, visible and provable.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            RunCommand.class,
            InitCommand.class,
            ValidateCommand.class,
            ReloadCommand.class,
            HistoryCommand.class,
            DiffCommand.class,
            DumpCommand.class,
            SchemaCommand.class,
            BacktestCommand.class,
            ExplainCommand.class,
            ReviewCommand.class,
            OrdersCommand.class,
            AdminCommand.class,
            HashKeyCommand.class,
            HashFactCommand.class,
            HealthcheckCommand.class,
            VersionCommand.class,
            HelpCommand.class
        })
public final class Main implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    public static void main(String[] args) {
        System.exit(command().execute(args));
    }

    /** Returns the command with all verbs. */
    public static CommandLine command() {
        CommandLine command = new CommandLine(new Main());
        provideVersion(command);
        PluginVerb.addTo(command);
        return command.setExecutionExceptionHandler((failure, line, parsed) -> {
            line.getErr().println(explain(failure));
            return 1;
        });
    }

    /** Lets {@code --version} of a command and of its subcommands print the version. */
    private static void provideVersion(CommandLine command) {
        command.getCommandSpec().versionProvider(new Version());
        command.getSubcommands().values().forEach(Main::provideVersion);
    }

    /** Returns the message that a failed command prints. */
    static String explain(Exception failure) {
        if (failure instanceof ConfigException || failure instanceof PluginException) {
            return String.valueOf(failure.getMessage());
        }
        String message = failure.getMessage();
        Throwable cause = failure.getCause();
        String text = message == null ? failure.toString() : message;
        String because = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
        return "stillgate: " + text + (text.contains(because) ? "" : ": " + because);
    }

    /** Reports the missing verb. */
    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "a verb is missing");
        }
    }
}
