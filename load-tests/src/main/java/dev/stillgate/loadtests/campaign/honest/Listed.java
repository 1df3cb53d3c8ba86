package dev.stillgate.loadtests.campaign.honest;

import dev.stillgate.loadtests.campaign.talk.Dialogue;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scope;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.Reply;
import dev.stillgate.loadtests.campaign.wire.Sampling;
import java.util.List;

/** A job that goes through a list: the same instruction with one record after another, each a prompt of its own. */
final class Listed implements Dialogue {
    private final Conversation conversation;
    private final Sampling sampling;
    private final String instruction;
    private final Scope scope;
    private int left;

    Listed(Conversation conversation, Sampling sampling, String instruction, Scope scope, int items) {
        this.conversation = conversation;
        this.sampling = sampling;
        this.instruction = instruction;
        this.scope = scope;
        this.left = items;
    }

    @Override
    public Conversation conversation() {
        return conversation;
    }

    @Override
    public Sampling sampling() {
        return sampling;
    }

    @Override
    public Reply ask() {
        left--;
        conversation.forget();
        conversation.say(instruction + "\n\n" + Language.english().grammar().text("record", scope));
        return conversation.answer(Language.english().answer(scope), null, List.of());
    }

    @Override
    public boolean goesOn() {
        return left > 0;
    }

    @Override
    public double pause() {
        return 2 + 2 * scope.dice().unit();
    }
}
