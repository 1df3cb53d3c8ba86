package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.ConfigNode;
import dev.stillgate.proxy.config.FileContents;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.config.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reader of policy candidates, from the current files or with the text of a previous generation. */
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
     * Reads the policy file.
     *
     * @throws ConfigException with all problems found
     */
    PolicyLoader.Loaded policy() throws ConfigException {
        return loader.policy(file);
    }

    /**
     * Reads the text of a previous generation of the policy file.
     *
     * @throws ConfigException with all problems found
     */
    PolicyLoader.Loaded policy(String text) throws ConfigException {
        return loader.policy(file, text);
    }

    /**
     * Reads the files that a policy names, and builds it. Fingerprints are taken before a file is read, so that a
     * concurrent change is noticed at the next comparison.
     *
     * @param inForce accounts to reuse
     * @param seen receives the fingerprint of each file, also if the read fails
     * @throws ConfigException with all problems found
     */
    PolicyCandidate read(PolicyLoader.Loaded loaded, InForce inForce, Map<Path, String> seen) throws ConfigException {
        seen.clear();
        seen.put(file, loaded.sha256());
        Path listed = loaded.policy().accounts().file();
        List<Path> others = new ArrayList<>(builder.files(loaded));
        if (listed != null) {
            others.add(listed);
        }
        others.remove(file);
        others.forEach(other -> seen.put(other, contents.look(other)));
        String known = listed == null ? null : inForce.contents.get(listed);
        if (listed != null && known != null && inForce.holds) {
            seen.put(listed, known);
        }
        boolean reused = known != null && known.equals(seen.get(listed));
        AccountTable table = reused
                ? inForce.table
                : listed == null ? AccountTable.EMPTY : table(loaded.root(), listed, seen.get(listed));
        return new PolicyCandidate(loaded, Map.copyOf(seen), table, build(loaded));
    }

    /**
     * Checks the text of a candidate without building its filters.
     *
     * @throws ConfigException with all problems found, at positions in {@code candidate}
     */
    void check(String text) throws ConfigException {
        builder.check(loader.policy(file.resolveSibling("candidate"), text));
    }

    /**
     * The accounts in force, which a candidate reuses if their file is unchanged.
     *
     * @param contents the fingerprints of the files of the policy in force
     * @param holds whether they are reused although their file has changed
     */
    record InForce(AccountTable table, Map<Path, String> contents, boolean holds) {
        /** Nothing in force. */
        static final InForce NOTHING = new InForce(AccountTable.EMPTY, Map.of(), false);
    }

    /** Returns the warnings about filters whose names differ from those of the latest policy in an archive. */
    List<Problem> renamedSince(PolicyArchive archive, PolicyLoader.Loaded loaded) {
        return RenamedFilters.since(archive, loader, loaded);
    }

    private PolicyBuilder.Built build(PolicyLoader.Loaded loaded) throws ConfigException {
        try {
            return builder.build(loaded);
        } catch (RuntimeException | LinkageError | StackOverflowError | OutOfMemoryError failure) {
            LOG.error("the policy cannot be built", failure);
            throw new ConfigException(Position.of(file), "cannot be built: " + failure);
        }
    }

    private AccountTable table(ConfigNode policy, Path listed, @Nullable String content) throws ConfigException {
        AccountsFile.Loaded loaded;
        try {
            loaded = AccountsFile.load(listed, secretNames);
        } catch (ConfigException e) {
            throw e.namedBy(policy, "accounts.file");
        } catch (OutOfMemoryError e) {
            throw new ConfigException(Position.of(listed), "not enough free heap for its accounts");
        }
        if (!contents.look(listed).equals(content)) {
            throw new ConfigException(Position.of(listed), "changed while it was being read");
        }
        loaded.warnings().forEach(warning -> LOG.warn("{}", warning));
        return loaded.table();
    }

    /**
     * A policy that was read, checked and built but is not in force yet. A candidate that is not put in force must have
     * its chain closed.
     *
     * @param loaded the parsed policy
     * @param contents the fingerprint of each file that was read
     * @param table the listed accounts
     * @param built the runtime objects
     */
    record PolicyCandidate(
            PolicyLoader.Loaded loaded, Map<Path, String> contents, AccountTable table, PolicyBuilder.Built built) {}
}
