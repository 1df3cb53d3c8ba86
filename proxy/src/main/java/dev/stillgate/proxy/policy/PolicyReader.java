package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.FileContents;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reader of policy candidates, from the current files or from a previous generation. */
public final class PolicyReader {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyReader.class);

    private final PolicyLoader loader;
    private final Path file;
    private final PolicyBuilder builder;
    private final List<String> secretNames;
    private final FileContents contents;

    /**
     * Creates a reader of one policy file.
     *
     * @param secretNames the names of the secrets used to hash account keys
     */
    public PolicyReader(
            PolicyLoader loader, Path file, PolicyBuilder builder, List<String> secretNames, FileContents contents) {
        this.loader = loader;
        this.file = file;
        this.builder = builder;
        this.secretNames = secretNames;
        this.contents = contents;
    }

    /**
     * Reads the files. Fingerprints are taken before a file is read, so that a concurrent change is noticed at the next
     * comparison. The account table of the policy in force is reused if its file is unchanged.
     *
     * @param before the generation in force, null for none
     * @param seen receives the fingerprint of each file, also if the read fails
     * @throws ConfigException with all problems found
     */
    PolicyCandidate read(@Nullable PolicyGeneration before, Map<Path, String> seen) throws ConfigException {
        PolicyLoader.Loaded loaded = loader.policy(file);
        seen.clear();
        seen.put(file, loaded.sha256());
        Path listed = loaded.policy().accounts().file();
        List<Path> others = new ArrayList<>(builder.files(loaded));
        if (listed != null) {
            others.add(listed);
        }
        others.remove(file);
        others.forEach(other -> seen.put(other, contents.look(other)));
        AccountTable table = listed == null ? AccountTable.EMPTY : table(listed, seen.get(listed), before);
        return new PolicyCandidate(loaded, Map.copyOf(seen), table, build(loaded));
    }

    /**
     * Builds a previous generation again, from its parsed policy and its accounts.
     *
     * @throws ConfigException if it can no longer be built
     */
    PolicyCandidate rebuild(PolicyGeneration generation) throws ConfigException {
        PolicyLoader.Loaded loaded = generation.loaded();
        return new PolicyCandidate(loaded, generation.contents(), generation.table(), build(loaded));
    }

    private PolicyBuilder.Built build(PolicyLoader.Loaded loaded) throws ConfigException {
        try {
            return builder.build(loaded);
        } catch (RuntimeException | LinkageError | StackOverflowError | OutOfMemoryError failure) {
            LOG.error("the policy cannot be built", failure);
            throw new ConfigException(Position.of(file), "cannot be built: " + failure);
        }
    }

    private AccountTable table(Path listed, @Nullable String content, @Nullable PolicyGeneration before)
            throws ConfigException {
        if (before != null
                && content != null
                && content.equals(before.contents().get(listed))) {
            return before.table();
        }
        AccountsFile.Loaded loaded;
        try {
            loaded = AccountsFile.load(listed, secretNames);
        } catch (OutOfMemoryError e) {
            throw new ConfigException(Position.of(listed), "not enough free heap for its accounts");
        }
        if (!contents.look(listed).equals(content)) {
            throw new ConfigException(Position.of(listed), "changed while it was being read");
        }
        loaded.warnings().forEach(warning -> LOG.warn("{}", warning));
        return loaded.table();
    }
}
