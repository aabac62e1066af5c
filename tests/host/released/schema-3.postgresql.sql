CREATE TABLE public.admins (
    tenant_id character varying(64) NOT NULL,
    username character varying(64) NOT NULL,
    password_hash text NOT NULL
);


--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    id integer NOT NULL,
    tenant_id character varying(64),
    at double precision NOT NULL,
    actor character varying(128) NOT NULL,
    event character varying(128) NOT NULL,
    outcome character varying(32) NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL
);


--
-- Name: audit_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.audit_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: audit_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;


--
-- Name: blob_chunks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.blob_chunks (
    blob_id character varying(32) NOT NULL,
    "position" integer NOT NULL,
    data bytea NOT NULL
);


--
-- Name: blobs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.blobs (
    id character varying(32) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    content_type character varying(128) NOT NULL,
    size_bytes bigint,
    expires_at double precision
);


--
-- Name: budget_takes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.budget_takes (
    id integer NOT NULL,
    tenant_id character varying(64) NOT NULL,
    bucket character varying(200) NOT NULL,
    taken_at double precision NOT NULL,
    amount integer NOT NULL
);


--
-- Name: budget_takes_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.budget_takes_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: budget_takes_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.budget_takes_id_seq OWNED BY public.budget_takes.id;


--
-- Name: contact_numbers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contact_numbers (
    contact_id character varying(32) NOT NULL,
    e164 character varying(16) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    book character varying(160) NOT NULL
);


--
-- Name: contact_sources; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contact_sources (
    contact_id character varying(32) NOT NULL,
    mailbox_id character varying(512) NOT NULL,
    source_contact_id character varying(512) NOT NULL,
    folder_id character varying(512) NOT NULL,
    change_key character varying(256) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    book character varying(160) NOT NULL
);


--
-- Name: contacts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contacts (
    id character varying(32) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    book character varying(160) NOT NULL,
    plugin character varying(64),
    external_id character varying(512) COLLATE pg_catalog."C",
    fields text NOT NULL,
    applied text,
    deleted integer NOT NULL,
    name character varying(64) NOT NULL,
    search text NOT NULL
);


--
-- Name: data_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.data_keys (
    id character varying(32) NOT NULL,
    wrapped bytea NOT NULL,
    created_at double precision NOT NULL
);


--
-- Name: due; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.due (
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    next_due_at double precision,
    lease_token integer NOT NULL,
    lease_until double precision NOT NULL,
    lease_holder character varying(200) NOT NULL
);


--
-- Name: flows; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.flows (
    state_hash character varying(64) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    browser_hash character varying(64) NOT NULL,
    sealed bytea NOT NULL,
    created_at double precision NOT NULL,
    expires_at double precision NOT NULL
);


--
-- Name: links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.links (
    tenant_id character varying(64) NOT NULL,
    entra_tenant_id character varying(64) NOT NULL COLLATE pg_catalog."C",
    entra_object_id character varying(64) NOT NULL COLLATE pg_catalog."C",
    user_id character varying(32) NOT NULL,
    applied_display_name character varying(128) NOT NULL,
    applied_email character varying(128),
    applied_mobile_phone character varying(32),
    applied_work_phone character varying(32),
    applied_department character varying(128),
    applied_enabled integer NOT NULL,
    photo_etag character varying(256)
);


--
-- Name: meta; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.meta (
    name character varying(64) NOT NULL,
    value text NOT NULL
);


--
-- Name: notices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.notices (
    id integer NOT NULL,
    tenant_id character varying(64) NOT NULL,
    key character varying(200) NOT NULL,
    at double precision NOT NULL,
    severity character varying(16) NOT NULL,
    subject text NOT NULL,
    text text NOT NULL
);


--
-- Name: notices_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.notices_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: notices_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.notices_id_seq OWNED BY public.notices.id;


--
-- Name: number_cursors; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.number_cursors (
    tenant_id character varying(64) NOT NULL,
    start bigint NOT NULL,
    next bigint NOT NULL
);


--
-- Name: numbers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.numbers (
    tenant_id character varying(64) NOT NULL,
    number character varying(64) NOT NULL,
    n bigint,
    user_id character varying(32),
    service character varying(64),
    entra_tenant_id character varying(64),
    entra_object_id character varying(64),
    free_since double precision
);


--
-- Name: outbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox (
    seq integer NOT NULL,
    id character varying(64) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    kind character varying(32) NOT NULL,
    priority integer NOT NULL,
    state character varying(16) NOT NULL,
    waiting integer NOT NULL,
    rank double precision NOT NULL,
    subject text NOT NULL,
    recipients text NOT NULL,
    refused text NOT NULL,
    sealed bytea,
    created_at double precision NOT NULL,
    due_at double precision NOT NULL,
    expires_at double precision NOT NULL,
    attempt integer NOT NULL,
    n_unknown integer NOT NULL,
    copy_approved integer NOT NULL,
    started_at double precision,
    holder character varying(200) NOT NULL,
    finished_at double precision,
    channel character varying(64) NOT NULL,
    reason text NOT NULL,
    remedy text NOT NULL,
    detail text NOT NULL
);


--
-- Name: outbox_lanes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox_lanes (
    tenant_id character varying(64) NOT NULL,
    urgent integer NOT NULL,
    paused_until double precision NOT NULL,
    unreachable_since double precision,
    probed_at double precision
);


--
-- Name: outbox_recipients; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox_recipients (
    seq integer NOT NULL,
    address character varying(320) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    priority integer NOT NULL
);


--
-- Name: outbox_seq_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.outbox_seq_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: outbox_seq_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.outbox_seq_seq OWNED BY public.outbox.seq;


--
-- Name: photos; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.photos (
    user_id character varying(32) NOT NULL,
    content bytea NOT NULL,
    content_type character varying(64) NOT NULL
);


--
-- Name: plugin_settings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.plugin_settings (
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    version integer NOT NULL,
    "values" text NOT NULL
);


--
-- Name: problems; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.problems (
    id integer NOT NULL,
    run_id character varying(32) NOT NULL,
    reason character varying(64) NOT NULL,
    entra_object_id character varying(64),
    upn text,
    detail text NOT NULL
);


--
-- Name: problems_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.problems_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: problems_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.problems_id_seq OWNED BY public.problems.id;


--
-- Name: registrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.registrations (
    user_id character varying(32) NOT NULL,
    device character varying(128) NOT NULL,
    registered_at double precision NOT NULL
);


--
-- Name: runs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.runs (
    id character varying(32) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    reason character varying(16) NOT NULL,
    job character varying(64),
    status character varying(32) NOT NULL,
    message text NOT NULL,
    started_at double precision NOT NULL,
    finished_at double precision,
    counts text NOT NULL,
    problem_counts text NOT NULL,
    requests integer NOT NULL,
    plan text,
    stage character varying(128) NOT NULL,
    done integer NOT NULL,
    total integer,
    stop_asked integer NOT NULL
);


--
-- Name: secrets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.secrets (
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    name character varying(128) NOT NULL,
    sealed bytea NOT NULL
);


--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    token_hash character varying(64) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    user_id character varying(32),
    admin_name character varying(64),
    csrf character varying(64) NOT NULL,
    created_at double precision NOT NULL,
    expires_at double precision NOT NULL,
    provider character varying(64),
    plugin character varying(64),
    session_hint text NOT NULL
);


--
-- Name: state; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.state (
    tenant_id character varying(64) NOT NULL,
    plugin character varying(64) NOT NULL,
    key character varying(200) NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    value text NOT NULL
);


--
-- Name: switches; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.switches (
    plugin character varying(64) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    enabled integer NOT NULL
);


--
-- Name: tenants; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tenants (
    id character varying(64) NOT NULL,
    name character varying(128) NOT NULL,
    sip_domain character varying(253) NOT NULL,
    time_zone character varying(64) NOT NULL,
    country character varying(2) NOT NULL,
    web_origin text NOT NULL,
    sbc_origin text,
    user_limit integer,
    rest_days integer NOT NULL,
    created_at double precision NOT NULL
);


--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    id character varying(32) NOT NULL,
    tenant_id character varying(64) NOT NULL,
    username character varying(64) NOT NULL,
    username_key character varying(64) NOT NULL,
    display_name character varying(128) NOT NULL,
    email character varying(128),
    mobile_phone character varying(32),
    mobile_phone_e164 character varying(16),
    work_phone character varying(32),
    work_phone_e164 character varying(16),
    home_phone character varying(32),
    department character varying(128),
    extension_number character varying(64) NOT NULL,
    enabled integer NOT NULL,
    disabled_reason character varying(32),
    disabled_at double precision,
    role character varying(64) NOT NULL,
    sip_secret bytea,
    pin_secret bytea,
    password_hash text,
    photo_sha256 character varying(64),
    created_at double precision NOT NULL
);


--
-- Name: wrong_passwords; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.wrong_passwords (
    tenant_id character varying(64) NOT NULL,
    account character varying(80) NOT NULL,
    count integer NOT NULL,
    locked_until double precision NOT NULL
);


--
-- Name: audit id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);


--
-- Name: budget_takes id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.budget_takes ALTER COLUMN id SET DEFAULT nextval('public.budget_takes_id_seq'::regclass);


--
-- Name: notices id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notices ALTER COLUMN id SET DEFAULT nextval('public.notices_id_seq'::regclass);


--
-- Name: outbox seq; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox ALTER COLUMN seq SET DEFAULT nextval('public.outbox_seq_seq'::regclass);


--
-- Name: problems id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.problems ALTER COLUMN id SET DEFAULT nextval('public.problems_id_seq'::regclass);


--
-- Data for Name: admins; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.admins VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'admin', 'scrypt$1VRSNWc//5i7/W+Je0bFZA==$JULAwLZi11dWMrmjF/ahbu+Xq/MkG5o9H/CX5rQLeLQ=');


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit VALUES (1, '3c66937e1de24da8b09abaf44bb8217b', 1795686521.7843962, 'admin', 'settings.save', 'saved', 'application_id, contact_mailboxes, contact_personal, contact_shared, directory_id, national_cloud, sign_in_mode, sync_photo', '');
INSERT INTO public.audit VALUES (2, NULL, 1795686522.622283, 'command line', 'smtp.set', 'ok', '127.0.0.1', '');
INSERT INTO public.audit VALUES (3, '3c66937e1de24da8b09abaf44bb8217b', 1795686523.9568152, 'admin', 'sign_in', 'ok', '', 'administrator, by password');
INSERT INTO public.audit VALUES (4, '3c66937e1de24da8b09abaf44bb8217b', 1795686523.999605, 'zaneta.wisniewski', 'sign_in', 'ok', '', 'with ms365 as zaneta.wisniewski@contoso.onmicrosoft.com, object id 14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.audit VALUES (5, '3c66937e1de24da8b09abaf44bb8217b', 1795686524.020895, 'zaneta.wisniewski', 'sign_in', 'ok', '', 'with ms365 as zaneta.wisniewski@contoso.onmicrosoft.com, object id 14b6838e-5cc0-4dbc-b800-3520b50ba62c');


--
-- Data for Name: blob_chunks; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.blob_chunks VALUES ('def5f71c72014350b68257a4fcb4a9af', 0, '\x524946462c206d6f7265206f72206c657373');
INSERT INTO public.blob_chunks VALUES ('2bcb57f639cb4ded9614ace8a6fb668a', 0, '\x7b22616374696f6e223a2264697361626c65222c22656e7472615f6f626a6563745f6964223a2236386665316534652d613039382d343831662d396264662d333339386634396463346533222c2275706e223a2267656f7267652e636c61726b6540636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22646973706c61795f6e616d65223a2247656f72676520436c61726b65222c22726561736f6e223a226163636f756e745f64697361626c6564222c226368616e676573223a7b7d7d0a7b22616374696f6e223a2264697361626c65222c22656e7472615f6f626a6563745f6964223a2239396137623761612d633638352d343932312d613961642d653464393632626539323565222c2275706e223a2267696f72676f732e766c6163686f7340636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22646973706c61795f6e616d65223a22ce93ceb9cf8ecf81ceb3cebfcf8220ce92cebbceaccf87cebfcf82222c22726561736f6e223a226163636f756e745f64697361626c6564222c226368616e676573223a7b7d7d0a7b22616374696f6e223a2264697361626c65222c22656e7472615f6f626a6563745f6964223a2239633539636361632d376232352d343733642d393334372d373361396433346330353330222c2275706e223a22706177656c2e7769736e696577736b6940636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22646973706c61795f6e616d65223a2250617765c582205769c59b6e696577736b69222c22726561736f6e223a226163636f756e745f64697361626c6564222c226368616e676573223a7b7d7d0a7b22616374696f6e223a2264697361626c65222c22656e7472615f6f626a6563745f6964223a2261383235616264642d333030332d346532642d386134612d633564343330353161633436222c2275706e223a22736f72656e2e766f737340636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22646973706c61795f6e616d65223a2253c3b672656e20566fc39f222c22726561736f6e223a226163636f756e745f64697361626c6564222c226368616e676573223a7b7d7d0a7b22616374696f6e223a2264697361626c65222c22656e7472615f6f626a6563745f6964223a2261613163346661392d316438392d346531642d386130342d356637666636306466616262222c2275706e223a22616e746f6e696f2e64612e73696c766140636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22646973706c61795f6e616d65223a22416e74c3b46e696f2064612053696c7661222c22726561736f6e223a226163636f756e745f64697361626c6564222c226368616e676573223a7b7d7d0a7b22616374696f6e223a22757064617465222c22656e7472615f6f626a6563745f6964223a2231623033336439622d353063312d343063342d396634652d346233646438616531313865222c2275706e223a226f6d65722e79696c6d617a40636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22646973706c61795f6e616d65223a22c3966d65722059c4b16c6d617a222c22726561736f6e223a6e756c6c2c226368616e676573223a7b22646973706c61795f6e616d65223a5b224564697465642042792048616e64222c22c3966d65722059c4b16c6d617a225d7d7d0a7b22616374696f6e223a22656e61626c65222c22656e7472615f6f626a6563745f6964223a2231623033336439622d353063312d343063342d396634652d346233646438616531313865222c2275706e223a226f6d65722e79696c6d617a40636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22646973706c61795f6e616d65223a22c3966d65722059c4b16c6d617a222c22726561736f6e223a6e756c6c2c226368616e676573223a7b7d7d0a7b22616374696f6e223a22637265617465222c22656e7472615f6f626a6563745f6964223a2234653165633236382d393463312d343863622d393135362d353332336430636338303639222c2275706e223a226d6567616e2e726f6262696e7340636f6e746f736f2e6f6e6d6963726f736f66742e636f6d222c22646973706c61795f6e616d65223a224d6567616e20526f6262696e73222c22726561736f6e223a6e756c6c2c226368616e676573223a7b7d7d0a');
INSERT INTO public.blob_chunks VALUES ('8d5f318bd463439d977fb6a40781849a', 0, '\x36386665316534652d613039382d343831662d396264662d3333393866343964633465332064697361626c650a39396137623761612d633638352d343932312d613961642d6534643936326265393235652064697361626c650a39633539636361632d376232352d343733642d393334372d3733613964333463303533302064697361626c650a61383235616264642d333030332d346532642d386134612d6335643433303531616334362064697361626c650a61613163346661392d316438392d346531642d386130342d3566376666363064666162622064697361626c650a');


--
-- Data for Name: blobs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.blobs VALUES ('def5f71c72014350b68257a4fcb4a9af', '3c66937e1de24da8b09abaf44bb8217b', 'audio/wav', 18, NULL);
INSERT INTO public.blobs VALUES ('2bcb57f639cb4ded9614ace8a6fb668a', '3c66937e1de24da8b09abaf44bb8217b', 'application/x-ndjson', 1594, 1796291323.7226331);
INSERT INTO public.blobs VALUES ('8d5f318bd463439d977fb6a40781849a', '3c66937e1de24da8b09abaf44bb8217b', 'text/plain', 225, 1796291323.7256181);


--
-- Data for Name: budget_takes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: contact_numbers; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.contact_numbers VALUES ('7f5fd513d93a4e63bde99a65b2080947', '+49655500177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/68fe1e4e-a098-481f-9bdf-3398f49dc4e3');
INSERT INTO public.contact_numbers VALUES ('7f5fd513d93a4e63bde99a65b2080947', '+819055500155', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/68fe1e4e-a098-481f-9bdf-3398f49dc4e3');
INSERT INTO public.contact_numbers VALUES ('4152cca4433f41c0b04a89dd51167f1d', '+14255550177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_numbers VALUES ('4152cca4433f41c0b04a89dd51167f1d', '+492065550155', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_numbers VALUES ('f946b40325bc4af792bf593ea23a1ca3', '+34910550133', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_numbers VALUES ('f37c897f5be84507948dacdacf10916a', '+49655500155', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_numbers VALUES ('f37c897f5be84507948dacdacf10916a', '+49910550133', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_numbers VALUES ('f37c897f5be84507948dacdacf10916a', '+49910550177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_numbers VALUES ('2a56a2a332204f9fb13d5ac4bf18e5b9', '+34910550177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_numbers VALUES ('2a56a2a332204f9fb13d5ac4bf18e5b9', '+49655500155', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_numbers VALUES ('f0c96fbf005c448b9eb825203b7c7fe8', '+862155550177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('b5337a30ae7f4c47b08412f0483026e2', '+862155550133', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('f5a3beb8368b49d6b5adb2c2bf2ce58f', '+4915228817355', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('f5a3beb8368b49d6b5adb2c2bf2ce58f', '+493023125111', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('f5a3beb8368b49d6b5adb2c2bf2ce58f', '+493023125333', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('f5a3beb8368b49d6b5adb2c2bf2ce58f', '+494255550123', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('5f3882ff2fa44f3189c70f5cee777ce8', '+49655500177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('5f3882ff2fa44f3189c70f5cee777ce8', '+819055500155', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('6d47471d1bb04f4b9e3074a0ab82b75c', '+492325550177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_numbers VALUES ('e8d018f6ddc14f58b1d2a3ac41eef22f', '+49305550100', '3c66937e1de24da8b09abaf44bb8217b', 'company');
INSERT INTO public.contact_numbers VALUES ('80f576ffee014ba1a4fffab681487238', '+492055500177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_numbers VALUES ('80f576ffee014ba1a4fffab681487238', '+919855500155', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_numbers VALUES ('be5b8cce84fa46d9a68c0e40f23a6aa4', '+34910550133', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_numbers VALUES ('88cd642e05844672b86062ca36080b93', '+442079460777', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_numbers VALUES ('88cd642e05844672b86062ca36080b93', '+447700900555', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_numbers VALUES ('009115385b14440c89412e50a1400237', '+33199007777', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_numbers VALUES ('2f047bdcefe14d668dd6fc411b6a1fc1', '+492055500177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_numbers VALUES ('2f047bdcefe14d668dd6fc411b6a1fc1', '+499855500155', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_numbers VALUES ('1fce22f013ae42f59e6a10a8f6700e4e', '+497700900555', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_numbers VALUES ('d1ae0b9c2f514d31b464a50e3e562845', '+49225550133', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_numbers VALUES ('db8f816b02d3429ebe72582077e57e99', '+48225550133', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_numbers VALUES ('52046c484aa24e3d964020fb1ca06102', '+905325550155', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('256c69eebdbf4016bcfa8dbf0cad982a', '+493023125777', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('95f75368db15429c98bb10cbbf87e0ec', '+4915228817355', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('95f75368db15429c98bb10cbbf87e0ec', '+493023125333', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('95f75368db15429c98bb10cbbf87e0ec', '+493023125777', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_numbers VALUES ('9759133204534eeb905afdfd8be34807', '+4915228817355', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('9759133204534eeb905afdfd8be34807', '+493023125777', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('afdc0323df7043eab3eac3636ef9098b', '+902325550133', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('66620e3f2d61495f979ff49864f66239', '+4918002668676', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('66620e3f2d61495f979ff49864f66239', '+81655500111', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('1f2fc5ab763c4dc6be9a6195af4743dc', '+493023125777', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('a694b0b86f634e4a873b727ce4eea457', '+12065550155', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('a694b0b86f634e4a873b727ce4eea457', '+14255550177', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_numbers VALUES ('a15fb9030c5b4b4f9455c13180533c63', '+493023125777', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46');


--
-- Data for Name: contact_sources; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.contact_sources VALUES ('7f5fd513d93a4e63bde99a65b2080947', '68fe1e4e-a098-481f-9bdf-3398f49dc4e3', 'AAkALgAAUaO0WcOIbYOGWkGmYx-q2sEpIt0Lzv_rhdxQxcqO9ahRo7RZw4htg4ZaQaZjH6rawSki3QvO_-uF3FDFyo7AAA=', 'AAMkAdxUoefds0T2g72roiD27zJyFHWh-lM47sFT0SyLSICp3FSh592zRPaDvauiIPbvMnIUdaH6UzjuwVPRLItIAAA=', 'EQAAABYAAAecf212070b536cce', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/68fe1e4e-a098-481f-9bdf-3398f49dc4e3');
INSERT INTO public.contact_sources VALUES ('4152cca4433f41c0b04a89dd51167f1d', '99a7b7aa-c685-4921-a9ad-e4d962be925e', 'AAkALgAAJaxZ1RKwirPq7QEvuc-_JFMWqqse8gbIKbaePCVpHZslrFnVErCKs-rtAS-5z78kUxaqqx7yBsgptp48JWkAAA=', 'AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=', 'EQAAABYAAA9c860c6b6ef213f3', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_sources VALUES ('9adea62010bf4a2d98882faef79f807e', '99a7b7aa-c685-4921-a9ad-e4d962be925e', 'AAkALgAAkywy2mmoOyDP24w0tQUl-E1dwdOpU4FoctSxhcfkIq2TLDLaaag7IM_bjDS1BSX4TV3B06lTgWhy1LGFx-QAAA=', 'AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=', 'EQAAABYAAA055b8e9ace6acb4e', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_sources VALUES ('61e8383e92704ebba97be64c4f87be6c', '99a7b7aa-c685-4921-a9ad-e4d962be925e', 'AAkALgAAShhqGRyqJm1QWkeKtkBqfmxjkMvJ1GjNq2aJ3JQ1DDBKGGoZHKombVBaR4q2QGp-bGOQy8nUaM2rZonclDUAAA=', 'AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=', 'EQAAABYAAA7c552258b02824fe', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_sources VALUES ('f946b40325bc4af792bf593ea23a1ca3', '99a7b7aa-c685-4921-a9ad-e4d962be925e', 'AAkALgAAqjWOYobvEpIPIYPAEXmMbklo5iyt6iZ7e_6KQVzsYRSqNY5ihu8Skg8hg8AReYxuSWjmLK3qJnt7_opBXOxAAA=', 'AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=', 'EQAAABYAAA59582ab49fb19228', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e');
INSERT INTO public.contact_sources VALUES ('f37c897f5be84507948dacdacf10916a', '9c59ccac-7b25-473d-9347-73a9d34c0530', 'AAkALgAA1fmksa3yvTNxoc0oVSlU71-a4ng7T2ZzS6I8jJMkccPV-aSxrfK9M3GhzShVKVTvX5rieDtPZnNLojyMkyRAAA=', 'AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=', 'EQAAABYAAA0f95db0dd1e3f31f', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_sources VALUES ('2a56a2a332204f9fb13d5ac4bf18e5b9', '9c59ccac-7b25-473d-9347-73a9d34c0530', 'AAkALgAAFP49EnTDrt9bsx5PTLrKXlQplgv5TBG0pDQExBxi_tAU_j0SdMOu31uzHk9MuspeVCmWC_lMEbSkNATEHGLAAA=', 'AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=', 'EQAAABYAAAed3205a34798e4a5', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530');
INSERT INTO public.contact_sources VALUES ('f0c96fbf005c448b9eb825203b7c7fe8', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAAwelXox9c1a2sty5AgcQX38peCDlMgbxNoupXNibzxRfB6VejH1zVray3LkCBxBffyl4IOUyBvE2i6lc2JvPAAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAAf6f78b4fba6e0c67', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('b5337a30ae7f4c47b08412f0483026e2', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAA2MIkXjlQdZrHxAMFWrpCIOgWGThMLtNk6qUEgKMy7NXYwiReOVB1msfEAwVaukIg6BYZOEwu02TqpQSAozLAAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAAe07e248df291a42e', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('f5a3beb8368b49d6b5adb2c2bf2ce58f', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAADxy99HHE3pssImdvHr_EXFpKaYu6bzmGM35b7E6IE58PHL30ccTemywiZ28ev8RcWkppi7pvOYYzflvsTogAAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAA5376cbae3f643a39', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('5f3882ff2fa44f3189c70f5cee777ce8', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAA7Q7r0xxrpglAxatY9zZpSjIymo4r2bWlFAzHFMudHOvtDuvTHGumCUDFq1j3NmlKMjKajivZtaUUDMcUy50AAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAAe536f63c688643c5', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('6d47471d1bb04f4b9e3074a0ab82b75c', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'AAkALgAADB2IrD0724pCLph0MzAD3K9K7BSUf4D2hM7s5FX9PnoMHYisPTvbikIumHQzMAPcr0rsFJR_gPaEzuzkVf0AAA=', 'AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=', 'EQAAABYAAA4f5f892b45d51406', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb');
INSERT INTO public.contact_sources VALUES ('e8d018f6ddc14f58b1d2a3ac41eef22f', '6c3da6dd-6daf-40fa-89b9-00dcb88bf650', 'AAkALgAA9iwRuWVBbaBUVqHeZMD9n5rbGN7xBOH4-QmPmbDULl_2LBG5ZUFtoFRWod5kwP2fmtsY3vEE4fj5CY-ZsNQAAA=', 'AAMkA0nrtrEs2uu8LFqKmJpoS3280MbBdRlAUBMjj3T27TGbSeu2sSza67wsWoqYmmhLfbzQxsF1GUBQEyOPdPbtAAA=', 'EQAAABYAAA60260085deb15afe', '3c66937e1de24da8b09abaf44bb8217b', 'company');
INSERT INTO public.contact_sources VALUES ('80f576ffee014ba1a4fffab681487238', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'AAkALgAA4ArCCiy2VH1zGidmJcfRB6KXb88VZu4Ie_Oq3vsI3KfgCsIKLLZUfXMaJ2Ylx9EHopdvzxVm7gh786re-wjAAA=', 'AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=', 'EQAAABYAAAa16712825a23a56a', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_sources VALUES ('be5b8cce84fa46d9a68c0e40f23a6aa4', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'AAkALgAA4Q6klRW5FkG4t5mI-Ht10iXtefsnAyfvEtN1RDyDrynhDqSVFbkWQbi3mYj4e3XSJe15-ycDJ-8S03VEPIOAAA=', 'AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=', 'EQAAABYAAAc33e59be614b9f17', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_sources VALUES ('88cd642e05844672b86062ca36080b93', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'AAkALgAAes7txyEK63UVgcTTh-db6F6KTMRvlaBAVEMV_vlADvB6zu3HIQrrdRWBxNOH51voXopMxG-VoEBUQxX--UAAAA=', 'AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=', 'EQAAABYAAA779faae7527bb021', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c');
INSERT INTO public.contact_sources VALUES ('009115385b14440c89412e50a1400237', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'AAkALgAAOWLkVQimnjrZybV92ZpkA4A9v6NLFvPlqCkJLk4KJJo5YuRVCKaeOtnJtX3ZmmQDgD2_o0sW8-WoKQkuTgoAAA=', 'AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=', 'EQAAABYAAA5095dba96bd10fea', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_sources VALUES ('2f047bdcefe14d668dd6fc411b6a1fc1', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'AAkALgAAQqG5Ug1xnDdtF_JGfCcTs7bYmdKTfD65BG6WS14-RXtCoblSDXGcN20X8kZ8JxOzttiZ0pN8PrkEbpZLXj5AAA=', 'AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=', 'EQAAABYAAAbedd5c7a5780ba32', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_sources VALUES ('1fce22f013ae42f59e6a10a8f6700e4e', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'AAkALgAACIoBtkyOQLo4puXPwjT9Wq71QzJLou_6JZbR51DJ_5UIigG2TI5Aujim5c_CNP1arvVDMkui7_olltHnUMnAAA=', 'AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=', 'EQAAABYAAAc09263c78e07671c', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_sources VALUES ('d1ae0b9c2f514d31b464a50e3e562845', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'AAkALgAAl4dS4DlfoJlkkoNNb0zIheAj2PwxDhgTkyV3NhkwxJGXh1LgOV-gmWSSg01vTMiF4CPY_DEOGBOTJXc2GTDAAA=', 'AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=', 'EQAAABYAAAf599f04b3349dbb7', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e');
INSERT INTO public.contact_sources VALUES ('c6e06315e9b14f23ae658604c31b18d9', '238979bb-4ea5-4e6d-bbae-5f2693931e02', 'AAkALgAAAwKm-hCRRX_MSbXxTw7StJDWgavXgz9CQlymw2dapMYDAqb6EJFFf8xJtfFPDtK0kNaBq9eDP0JCXKbDZ1qAAA=', 'AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=', 'EQAAABYAAA938abe21f3be766f', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_sources VALUES ('539c8d7118e641ea9e58315f5512bd9d', '238979bb-4ea5-4e6d-bbae-5f2693931e02', 'AAkALgAA1usJwMZvsOOdxGQZlPrvepBdKMF7t0k3NfUWCnAFaqvW6wnAxm-w453EZBmU-u96kF0owXu3STc19RYKcAVAAA=', 'AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=', 'EQAAABYAAAe2810419c6b55ecb', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_sources VALUES ('db8f816b02d3429ebe72582077e57e99', '238979bb-4ea5-4e6d-bbae-5f2693931e02', 'AAkALgAA9_MpjDMo5ct_PKYf5EYhfWUq6bobH2Hn3e67v6QA49_38ymMMyjly388ph_kRiF9ZSrpuhsfYefd7ru_pADAAA=', 'AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=', 'EQAAABYAAA9554076c704c12ce', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_sources VALUES ('b989c877abad470a805181c58d6fb9f4', '238979bb-4ea5-4e6d-bbae-5f2693931e02', 'AAkALgAA2MRSXlNTkO3pZD1iIzACMWWYYbWqqOvehZs9PGQgk5rYxFJeU1OQ7elkPWIjMAIxZZhhtaqo696Fmz08ZCCAAA=', 'AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=', 'EQAAABYAAAa979be0cedfbf0f6', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02');
INSERT INTO public.contact_sources VALUES ('52046c484aa24e3d964020fb1ca06102', '420c7357-0280-4b0c-89e3-087f5102cc56', 'AAkALgAAHYSIDN_fe0r810l3w2IAHOfZsLDzKohe67_ojfSRossdhIgM3997SvzXSXfDYgAc59mwsPMqiF7rv-iN9JGAAA=', 'AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=', 'EQAAABYAAA56f5c1dc06a76370', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_sources VALUES ('256c69eebdbf4016bcfa8dbf0cad982a', '420c7357-0280-4b0c-89e3-087f5102cc56', 'AAkALgAATnwaStJrIL-3ZfdRAe4p7eAE35zp2fF41ZzvPazPRq1OfBpK0msgv7dl91EB7int4ATfnOnZ8XjVnO89rM9AAA=', 'AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=', 'EQAAABYAAA8563d3483ba9450d', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_sources VALUES ('95f75368db15429c98bb10cbbf87e0ec', '420c7357-0280-4b0c-89e3-087f5102cc56', 'AAkALgAAiHtOV2Fjwjxm3Ddwr1FX7_eMUToItXZfeRkRtyDlhguIe05XYWPCPGbcN3CvUVfv94xROgi1dl95GRG3IOWAAA=', 'AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=', 'EQAAABYAAA8aaa4d31d38e5c94', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_sources VALUES ('539aefe285084ac0b46761d6fac92d31', '420c7357-0280-4b0c-89e3-087f5102cc56', 'AAkALgAAO7M5Ma1F7raNiIZEuBI3Lb809bwmvO8s_ZBEPfyE3Yo7szkxrUXuto2IhkS4EjctvzT1vCa87yz9kEQ9_ITAAA=', 'AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=', 'EQAAABYAAA713016961a89329f', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56');
INSERT INTO public.contact_sources VALUES ('9759133204534eeb905afdfd8be34807', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAA49TzCkJdseweFBVETWk7syg-ItM-_05sdXnuj8ePjSPj1PMKQl2x7B4UFURNaTuzKD4i0z7_Tmx1ee6Px4-AAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAAb92df3a6eaca68d6', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('afdc0323df7043eab3eac3636ef9098b', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAA6H3DirppHa5JvfqZQfBC1bQXZFxMkkqK-wO_mR6qMCPofcOKumkdrkm9-plB8ELVtBdkXEySSor7A7-ZHqoAAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAAdf22d8308da9622a', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('66620e3f2d61495f979ff49864f66239', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAAZIO3y-BqsCnBIHFWRTB39RvCDlGuMBk1SG42yN7gxZ1kg7fL4GqwKcEgcVZFMHf1G8IOUa4wGTVIbjbI3uDAAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAA1f61f428de705825', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('1f2fc5ab763c4dc6be9a6195af4743dc', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAALlzVvzsAECqhpz9tdswXVNQ716XKl6nBzCbnqin9t0YuXNW_OwAQKqGnP212zBdU1DvXpcqXqcHMJueqKf2AAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAAd51d8bc966c5ede3', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('a694b0b86f634e4a873b727ce4eea457', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAAh_MeG7mLcY05KDs6UHK6026g3WZQvUc3sIYOhz8zq_2H8x4buYtxjTkoOzpQcrrTbqDdZlC9Rzewhg6HPzOAAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAAd4efea1635532785', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('f0fbd7c9a0fa48c0a48771db60f9353f', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'AAkALgAAOzPwdVR1OkjJMqnB3Boj2XloaJ2oCVms5_iuE8thD9k7M_B1VHU6SMkyqcHcGiPZeWhonagJWazn-K4Ty2EAAA=', 'AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=', 'EQAAABYAAA742f4ad4c91300bb', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069');
INSERT INTO public.contact_sources VALUES ('8817ed5f5c6c49aba49333683c6b95d0', 'a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'AAkALgAACIlnL4WS7K5zsEYz6LlJMkzIcwe3U1-GGtnBNgOTQBMIiWcvhZLsrnOwRjPouUkyTMhzB7dTX4Ya2cE2A5NAAA=', 'AAMkA5bxJmXVfhPkY8e4P3CMdtyJdWw9-q7NF-0jWKclv2UvlvEmZdV-E-Rjx7g_cIx23Il1bD36rs0X7SNYpyW_AAA=', 'EQAAABYAAA6a43c53d279ffc97', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46');
INSERT INTO public.contact_sources VALUES ('a15fb9030c5b4b4f9455c13180533c63', 'a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'AAkALgAAFI2rQqcczo5_XlDBKRuMwdfHPJChAyvNMepmMe4YuEEUjatCpxzOjn9eUMEpG4zB18c8kKEDK80x6mYx7hiAAA=', 'AAMkAadUz_ojXyDqb90DpCqh3C28NaNqORU7aTdTU-7fScyhp1TP-iNfIOpv3QOkKqHcLbw1o2o5FTtpN1NT7t9JAAA=', 'EQAAABYAAAe84b5fe41349c5aa', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46');


--
-- Data for Name: contacts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.contacts VALUES ('7f5fd513d93a4e63bde99a65b2080947', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/68fe1e4e-a098-481f-9bdf-3398f49dc4e3', 'm365', 'AAkALgAAUaO0WcOIbYOGWkGmYx-q2sEpIt0Lzv_rhdxQxcqO9ahRo7RZw4htg4ZaQaZjH6rawSki3QvO_-uF3FDFyo7AAA=', '{"business":{"e164":"+49655500177","raw":"06-5550-0177","type":"ContactPhone"},"email":"person.0@supplier.example","mobile_phone":{"e164":"+819055500155","raw":"+81 90-5550-0155","type":"ContactPhone"},"name":"健太 佐藤","type":"DraftContact"}', '{"business":{"e164":"+49655500177","raw":"06-5550-0177","type":"ContactPhone"},"email":"person.0@supplier.example","mobile_phone":{"e164":"+819055500155","raw":"+81 90-5550-0155","type":"ContactPhone"},"name":"健太 佐藤","type":"DraftContact"}', 0, '健太 佐藤', '健太 佐藤
person.0@supplier.example
06-5550-0177
+49655500177
+81 90-5550-0155
+819055500155');
INSERT INTO public.contacts VALUES ('4152cca4433f41c0b04a89dd51167f1d', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e', 'm365', 'AAkALgAAJaxZ1RKwirPq7QEvuc-_JFMWqqse8gbIKbaePCVpHZslrFnVErCKs-rtAS-5z78kUxaqqx7yBsgptp48JWkAAA=', '{"address":"Seattle, United States","business":{"e164":"+14255550177","raw":"+1 (425) 555 0177","type":"ContactPhone"},"company":"Northwind Traders","email":"lidia.0@supplier.example","mobile_phone":{"e164":"+492065550155","raw":"206-555-0155","type":"ContactPhone"},"name":"Lidia Archie","title":"Director","type":"DraftContact"}', '{"address":"Seattle, United States","business":{"e164":"+14255550177","raw":"+1 (425) 555 0177","type":"ContactPhone"},"company":"Northwind Traders","email":"lidia.0@supplier.example","mobile_phone":{"e164":"+492065550155","raw":"206-555-0155","type":"ContactPhone"},"name":"Lidia Archie","title":"Director","type":"DraftContact"}', 0, 'Lidia Archie', 'lidia archie
lidia.0@supplier.example
northwind traders
director
+1 (425) 555 0177
+14255550177
206-555-0155
+492065550155
seattle, united states');
INSERT INTO public.contacts VALUES ('9adea62010bf4a2d98882faef79f807e', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e', 'm365', 'AAkALgAAkywy2mmoOyDP24w0tQUl-E1dwdOpU4FoctSxhcfkIq2TLDLaaag7IM_bjDS1BSX4TV3B06lTgWhy1LGFx-QAAA=', '{"company":"Northwind Traders","email":"maisie.1@customer.example","name":"Maisie Patel","title":"Sachbearbeiterin","type":"DraftContact"}', '{"company":"Northwind Traders","email":"maisie.1@customer.example","name":"Maisie Patel","title":"Sachbearbeiterin","type":"DraftContact"}', 0, 'Maisie Patel', 'maisie patel
maisie.1@customer.example
northwind traders
sachbearbeiterin');
INSERT INTO public.contacts VALUES ('61e8383e92704ebba97be64c4f87be6c', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e', 'm365', 'AAkALgAAShhqGRyqJm1QWkeKtkBqfmxjkMvJ1GjNq2aJ3JQ1DDBKGGoZHKombVBaR4q2QGp-bGOQy8nUaM2rZonclDUAAA=', '{"email":"person.2@supplier.example","mobile_phone":{"e164":null,"raw":"13955500155","type":"ContactPhone"},"name":"杰 赵","type":"DraftContact"}', '{"email":"person.2@supplier.example","mobile_phone":{"e164":null,"raw":"13955500155","type":"ContactPhone"},"name":"杰 赵","type":"DraftContact"}', 0, '杰 赵', '杰 赵
person.2@supplier.example
13955500155
');
INSERT INTO public.contacts VALUES ('f946b40325bc4af792bf593ea23a1ca3', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/99a7b7aa-c685-4921-a9ad-e4d962be925e', 'm365', 'AAkALgAAqjWOYobvEpIPIYPAEXmMbklo5iyt6iZ7e_6KQVzsYRSqNY5ihu8Skg8hg8AReYxuSWjmLK3qJnt7_opBXOxAAA=', '{"address":"Sevilla, Spain","company":"Fabrikam, Inc.","email":"raul.3@customer.example","home_phone":{"e164":"+34910550133","raw":"+34 910 55 01 33","type":"ContactPhone"},"name":"Raúl de la Fuente","title":"Chef de projet","type":"DraftContact"}', '{"address":"Sevilla, Spain","company":"Fabrikam, Inc.","email":"raul.3@customer.example","home_phone":{"e164":"+34910550133","raw":"+34 910 55 01 33","type":"ContactPhone"},"name":"Raúl de la Fuente","title":"Chef de projet","type":"DraftContact"}', 0, 'Raúl de la Fuente', 'raúl de la fuente
raul.3@customer.example
fabrikam, inc.
chef de projet
+34 910 55 01 33
+34910550133
sevilla, spain');
INSERT INTO public.contacts VALUES ('f37c897f5be84507948dacdacf10916a', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530', 'm365', 'AAkALgAA1fmksa3yvTNxoc0oVSlU71-a4ng7T2ZzS6I8jJMkccPV-aSxrfK9M3GhzShVKVTvX5rieDtPZnNLojyMkyRAAA=', '{"business":{"e164":"+49910550177","raw":"910 55 01 77","type":"ContactPhone"},"company":"Adventure Works","email":"inaki.0@customer.example","home_phone":{"e164":"+49910550133","raw":"910 55 01 33","type":"ContactPhone"},"mobile_phone":{"e164":"+49655500155","raw":"655 500 155","type":"ContactPhone"},"name":"Iñaki Peña","type":"DraftContact"}', '{"business":{"e164":"+49910550177","raw":"910 55 01 77","type":"ContactPhone"},"company":"Adventure Works","email":"inaki.0@customer.example","home_phone":{"e164":"+49910550133","raw":"910 55 01 33","type":"ContactPhone"},"mobile_phone":{"e164":"+49655500155","raw":"655 500 155","type":"ContactPhone"},"name":"Iñaki Peña","type":"DraftContact"}', 0, 'Iñaki Peña', 'iñaki peña
inaki.0@customer.example
adventure works
910 55 01 77
+49910550177
655 500 155
+49655500155
910 55 01 33
+49910550133');
INSERT INTO public.contacts VALUES ('2a56a2a332204f9fb13d5ac4bf18e5b9', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/9c59ccac-7b25-473d-9347-73a9d34c0530', 'm365', 'AAkALgAAFP49EnTDrt9bsx5PTLrKXlQplgv5TBG0pDQExBxi_tAU_j0SdMOu31uzHk9MuspeVCmWC_lMEbSkNATEHGLAAA=', '{"business":{"e164":"+34910550177","raw":"+34 910 55 01 77","type":"ContactPhone"},"company":"Contoso","email":"nuria.1@supplier.example","mobile_phone":{"e164":"+49655500155","raw":"655 500 155","type":"ContactPhone"},"name":"Núria Ortega y Gasset","title":"Account Manager","type":"DraftContact"}', '{"business":{"e164":"+34910550177","raw":"+34 910 55 01 77","type":"ContactPhone"},"company":"Contoso","email":"nuria.1@supplier.example","mobile_phone":{"e164":"+49655500155","raw":"655 500 155","type":"ContactPhone"},"name":"Núria Ortega y Gasset","title":"Account Manager","type":"DraftContact"}', 0, 'Núria Ortega y Gasset', 'núria ortega y gasset
nuria.1@supplier.example
contoso
account manager
+34 910 55 01 77
+34910550177
655 500 155
+49655500155');
INSERT INTO public.contacts VALUES ('f0c96fbf005c448b9eb825203b7c7fe8', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAAwelXox9c1a2sty5AgcQX38peCDlMgbxNoupXNibzxRfB6VejH1zVray3LkCBxBffyl4IOUyBvE2i6lc2JvPAAA=', '{"business":{"e164":"+862155550177","raw":"+86 21 5555 0177","type":"ContactPhone"},"company":"Northwind Traders","email":"person.0@supplier.example","name":"敏 李","title":"Assistant","type":"DraftContact"}', '{"business":{"e164":"+862155550177","raw":"+86 21 5555 0177","type":"ContactPhone"},"company":"Northwind Traders","email":"person.0@supplier.example","name":"敏 李","title":"Assistant","type":"DraftContact"}', 0, '敏 李', '敏 李
person.0@supplier.example
northwind traders
assistant
+86 21 5555 0177
+862155550177');
INSERT INTO public.contacts VALUES ('b5337a30ae7f4c47b08412f0483026e2', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAA2MIkXjlQdZrHxAMFWrpCIOgWGThMLtNk6qUEgKMy7NXYwiReOVB1msfEAwVaukIg6BYZOEwu02TqpQSAozLAAA=', '{"home_phone":{"e164":"+862155550133","raw":"+86 21 5555 0133","type":"ContactPhone"},"mobile_phone":{"e164":null,"raw":"13955500155","type":"ContactPhone"},"name":"芳 陈","type":"DraftContact"}', '{"home_phone":{"e164":"+862155550133","raw":"+86 21 5555 0133","type":"ContactPhone"},"mobile_phone":{"e164":null,"raw":"13955500155","type":"ContactPhone"},"name":"芳 陈","type":"DraftContact"}', 0, '芳 陈', '芳 陈
13955500155

+86 21 5555 0133
+862155550133');
INSERT INTO public.contacts VALUES ('f5a3beb8368b49d6b5adb2c2bf2ce58f', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAADxy99HHE3pssImdvHr_EXFpKaYu6bzmGM35b7E6IE58PHL30ccTemywiZ28ev8RcWkppi7pvOYYzflvsTogAAA=', '{"business":{"e164":"+494255550123","raw":"４２５－５５５－０１２３","type":"ContactPhone"},"business2":{"e164":"+493023125111","raw":"+49 (0)30 23125111","type":"ContactPhone"},"email":"mia.2@supplier.example","home_phone":{"e164":"+493023125333","raw":"+49 30 23125 333","type":"ContactPhone"},"mobile_phone":{"e164":"+4915228817355","raw":"0152 28817 355","type":"ContactPhone"},"name":"Mia Böhm","title":"Retail Manager","type":"DraftContact"}', '{"business":{"e164":"+494255550123","raw":"４２５－５５５－０１２３","type":"ContactPhone"},"business2":{"e164":"+493023125111","raw":"+49 (0)30 23125111","type":"ContactPhone"},"email":"mia.2@supplier.example","home_phone":{"e164":"+493023125333","raw":"+49 30 23125 333","type":"ContactPhone"},"mobile_phone":{"e164":"+4915228817355","raw":"0152 28817 355","type":"ContactPhone"},"name":"Mia Böhm","title":"Retail Manager","type":"DraftContact"}', 0, 'Mia Böhm', 'mia böhm
mia.2@supplier.example
retail manager
４２５－５５５－０１２３
+494255550123
+49 (0)30 23125111
+493023125111
0152 28817 355
+4915228817355
+49 30 23125 333
+493023125333');
INSERT INTO public.contacts VALUES ('5f3882ff2fa44f3189c70f5cee777ce8', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAA7Q7r0xxrpglAxatY9zZpSjIymo4r2bWlFAzHFMudHOvtDuvTHGumCUDFq1j3NmlKMjKajivZtaUUDMcUy50AAA=', '{"business":{"e164":"+49655500177","raw":"06-5550-0177","type":"ContactPhone"},"company":"Adventure Works","mobile_phone":{"e164":"+819055500155","raw":"+81 90-5550-0155","type":"ContactPhone"},"name":"健太 高橋","title":"Buyer","type":"DraftContact"}', '{"business":{"e164":"+49655500177","raw":"06-5550-0177","type":"ContactPhone"},"company":"Adventure Works","mobile_phone":{"e164":"+819055500155","raw":"+81 90-5550-0155","type":"ContactPhone"},"name":"健太 高橋","title":"Buyer","type":"DraftContact"}', 0, '健太 高橋', '健太 高橋
adventure works
buyer
06-5550-0177
+49655500177
+81 90-5550-0155
+819055500155');
INSERT INTO public.contacts VALUES ('6d47471d1bb04f4b9e3074a0ab82b75c', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 'm365', 'AAkALgAADB2IrD0724pCLph0MzAD3K9K7BSUf4D2hM7s5FX9PnoMHYisPTvbikIumHQzMAPcr0rsFJR_gPaEzuzkVf0AAA=', '{"business":{"e164":"+492325550177","raw":"(0232) 555 01 77","type":"ContactPhone"},"company":"Contoso","name":"Yağmur Kılıç","title":"Assistant","type":"DraftContact"}', '{"business":{"e164":"+492325550177","raw":"(0232) 555 01 77","type":"ContactPhone"},"company":"Contoso","name":"Yağmur Kılıç","title":"Assistant","type":"DraftContact"}', 0, 'Yağmur Kılıç', 'yağmur kılıç
contoso
assistant
(0232) 555 01 77
+492325550177');
INSERT INTO public.contacts VALUES ('e8d018f6ddc14f58b1d2a3ac41eef22f', '3c66937e1de24da8b09abaf44bb8217b', 'company', 'm365', '6c3da6dd-6daf-40fa-89b9-00dcb88bf650/AAkALgAA9iwRuWVBbaBUVqHeZMD9n5rbGN7xBOH4-QmPmbDULl_2LBG5ZUFtoFRWod5kwP2fmtsY3vEE4fj5CY-ZsNQAAA=', '{"business":{"e164":"+49305550100","raw":"+49 30 5550100","type":"ContactPhone"},"name":"Zoë Customer","type":"DraftContact"}', '{"business":{"e164":"+49305550100","raw":"+49 30 5550100","type":"ContactPhone"},"name":"Zoë Customer","type":"DraftContact"}', 0, 'Zoë Customer', 'zoë customer
+49 30 5550100
+49305550100');
INSERT INTO public.contacts VALUES ('80f576ffee014ba1a4fffab681487238', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'm365', 'AAkALgAA4ArCCiy2VH1zGidmJcfRB6KXb88VZu4Ie_Oq3vsI3KfgCsIKLLZUfXMaJ2Ylx9EHopdvzxVm7gh786re-wjAAA=', '{"business":{"e164":"+492055500177","raw":"020-55500177","type":"ContactPhone"},"company":"Wingtip & Söhne","mobile_phone":{"e164":"+919855500155","raw":"+91 98555 00155","type":"ContactPhone"},"name":"Priya Reddy","type":"DraftContact"}', '{"business":{"e164":"+492055500177","raw":"020-55500177","type":"ContactPhone"},"company":"Wingtip & Söhne","mobile_phone":{"e164":"+919855500155","raw":"+91 98555 00155","type":"ContactPhone"},"name":"Priya Reddy","type":"DraftContact"}', 0, 'Priya Reddy', 'priya reddy
wingtip & söhne
020-55500177
+492055500177
+91 98555 00155
+919855500155');
INSERT INTO public.contacts VALUES ('be5b8cce84fa46d9a68c0e40f23a6aa4', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'm365', 'AAkALgAA4Q6klRW5FkG4t5mI-Ht10iXtefsnAyfvEtN1RDyDrynhDqSVFbkWQbi3mYj4e3XSJe15-ycDJ-8S03VEPIOAAA=', '{"home_phone":{"e164":"+34910550133","raw":"+34 910 55 01 33","type":"ContactPhone"},"name":"Martín García López","title":"CEO","type":"DraftContact"}', '{"home_phone":{"e164":"+34910550133","raw":"+34 910 55 01 33","type":"ContactPhone"},"name":"Martín García López","title":"CEO","type":"DraftContact"}', 0, 'Martín García López', 'martín garcía lópez
ceo
+34 910 55 01 33
+34910550133');
INSERT INTO public.contacts VALUES ('88cd642e05844672b86062ca36080b93', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c', 'm365', 'AAkALgAAes7txyEK63UVgcTTh-db6F6KTMRvlaBAVEMV_vlADvB6zu3HIQrrdRWBxNOH51voXopMxG-VoEBUQxX--UAAAA=', '{"business":{"e164":"+442079460777","raw":"+44 20 7946 0777","type":"ContactPhone"},"company":"Northwind Traders","email":"maisie.2@supplier.example","mobile_phone":{"e164":"+447700900555","raw":"+44 7700 900555","type":"ContactPhone"},"name":"Maisie Evans","title":"Sachbearbeiterin","type":"DraftContact"}', '{"business":{"e164":"+442079460777","raw":"+44 20 7946 0777","type":"ContactPhone"},"company":"Northwind Traders","email":"maisie.2@supplier.example","mobile_phone":{"e164":"+447700900555","raw":"+44 7700 900555","type":"ContactPhone"},"name":"Maisie Evans","title":"Sachbearbeiterin","type":"DraftContact"}', 0, 'Maisie Evans', 'maisie evans
maisie.2@supplier.example
northwind traders
sachbearbeiterin
+44 20 7946 0777
+442079460777
+44 7700 900555
+447700900555');
INSERT INTO public.contacts VALUES ('009115385b14440c89412e50a1400237', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'm365', 'AAkALgAAOWLkVQimnjrZybV92ZpkA4A9v6NLFvPlqCkJLk4KJJo5YuRVCKaeOtnJtX3ZmmQDgD2_o0sW8-WoKQkuTgoAAA=', '{"business":{"e164":"+33199007777","raw":"+33 1 99 00 77 77","type":"ContactPhone"},"company":"Northwind Traders","home_phone":{"e164":null,"raw":"01 99 00 33 33","type":"ContactPhone"},"name":"Chloé Lefèvre","title":"Account Manager","type":"DraftContact"}', '{"business":{"e164":"+33199007777","raw":"+33 1 99 00 77 77","type":"ContactPhone"},"company":"Northwind Traders","home_phone":{"e164":null,"raw":"01 99 00 33 33","type":"ContactPhone"},"name":"Chloé Lefèvre","title":"Account Manager","type":"DraftContact"}', 0, 'Chloé Lefèvre', 'chloé lefèvre
northwind traders
account manager
+33 1 99 00 77 77
+33199007777
01 99 00 33 33
');
INSERT INTO public.contacts VALUES ('2f047bdcefe14d668dd6fc411b6a1fc1', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'm365', 'AAkALgAAQqG5Ug1xnDdtF_JGfCcTs7bYmdKTfD65BG6WS14-RXtCoblSDXGcN20X8kZ8JxOzttiZ0pN8PrkEbpZLXj5AAA=', '{"business":{"e164":"+492055500177","raw":"020-55500177","type":"ContactPhone"},"company":"Wingtip & Söhne","mobile_phone":{"e164":"+499855500155","raw":"98555 00155","type":"ContactPhone"},"name":"Aarav Iyer","title":"Designer","type":"DraftContact"}', '{"business":{"e164":"+492055500177","raw":"020-55500177","type":"ContactPhone"},"company":"Wingtip & Söhne","mobile_phone":{"e164":"+499855500155","raw":"98555 00155","type":"ContactPhone"},"name":"Aarav Iyer","title":"Designer","type":"DraftContact"}', 0, 'Aarav Iyer', 'aarav iyer
wingtip & söhne
designer
020-55500177
+492055500177
98555 00155
+499855500155');
INSERT INTO public.contacts VALUES ('1fce22f013ae42f59e6a10a8f6700e4e', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'm365', 'AAkALgAACIoBtkyOQLo4puXPwjT9Wq71QzJLou_6JZbR51DJ_5UIigG2TI5Aujim5c_CNP1arvVDMkui7_olltHnUMnAAA=', '{"company":"Fabrikam, Inc.","mobile_phone":{"e164":"+497700900555","raw":"07700 900555","type":"ContactPhone"},"name":"Amelia Wright","type":"DraftContact"}', '{"company":"Fabrikam, Inc.","mobile_phone":{"e164":"+497700900555","raw":"07700 900555","type":"ContactPhone"},"name":"Amelia Wright","type":"DraftContact"}', 0, 'Amelia Wright', 'amelia wright
fabrikam, inc.
07700 900555
+497700900555');
INSERT INTO public.contacts VALUES ('d1ae0b9c2f514d31b464a50e3e562845', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'm365', 'AAkALgAAl4dS4DlfoJlkkoNNb0zIheAj2PwxDhgTkyV3NhkwxJGXh1LgOV-gmWSSg01vTMiF4CPY_DEOGBOTJXc2GTDAAA=', '{"company":"Wingtip & Söhne","email":"malgorzata.3@customer.example","home_phone":{"e164":"+49225550133","raw":"(22) 555-01-33","type":"ContactPhone"},"name":"Małgorzata Nowak","type":"DraftContact"}', '{"company":"Wingtip & Söhne","email":"malgorzata.3@customer.example","home_phone":{"e164":"+49225550133","raw":"(22) 555-01-33","type":"ContactPhone"},"name":"Małgorzata Nowak","type":"DraftContact"}', 0, 'Małgorzata Nowak', 'małgorzata nowak
malgorzata.3@customer.example
wingtip & söhne
(22) 555-01-33
+49225550133');
INSERT INTO public.contacts VALUES ('c6e06315e9b14f23ae658604c31b18d9', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02', 'm365', 'AAkALgAAAwKm-hCRRX_MSbXxTw7StJDWgavXgz9CQlymw2dapMYDAqb6EJFFf8xJtfFPDtK0kNaBq9eDP0JCXKbDZ1qAAA=', '{"email":"person.0@supplier.example","name":"敏 王","type":"DraftContact"}', '{"email":"person.0@supplier.example","name":"敏 王","type":"DraftContact"}', 0, '敏 王', '敏 王
person.0@supplier.example');
INSERT INTO public.contacts VALUES ('539c8d7118e641ea9e58315f5512bd9d', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02', 'm365', 'AAkALgAA1usJwMZvsOOdxGQZlPrvepBdKMF7t0k3NfUWCnAFaqvW6wnAxm-w453EZBmU-u96kF0owXu3STc19RYKcAVAAA=', '{"address":"São Paulo, Brazil","company":"Tailspin Toys","email":"vinicius.1@supplier.example","name":"Vinícius dos Santos","type":"DraftContact"}', '{"address":"São Paulo, Brazil","company":"Tailspin Toys","email":"vinicius.1@supplier.example","name":"Vinícius dos Santos","type":"DraftContact"}', 0, 'Vinícius dos Santos', 'vinícius dos santos
vinicius.1@supplier.example
tailspin toys
são paulo, brazil');
INSERT INTO public.contacts VALUES ('db8f816b02d3429ebe72582077e57e99', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02', 'm365', 'AAkALgAA9_MpjDMo5ct_PKYf5EYhfWUq6bobH2Hn3e67v6QA49_38ymMMyjly388ph_kRiF9ZSrpuhsfYefd7ru_pADAAA=', '{"company":"Wingtip & Söhne","email":"zaneta.2@customer.example","home_phone":{"e164":"+48225550133","raw":"+48 22 555 01 33","type":"ContactPhone"},"name":"Żaneta Kamiński","type":"DraftContact"}', '{"company":"Wingtip & Söhne","email":"zaneta.2@customer.example","home_phone":{"e164":"+48225550133","raw":"+48 22 555 01 33","type":"ContactPhone"},"name":"Żaneta Kamiński","type":"DraftContact"}', 0, 'Żaneta Kamiński', 'żaneta kamiński
zaneta.2@customer.example
wingtip & söhne
+48 22 555 01 33
+48225550133');
INSERT INTO public.contacts VALUES ('b989c877abad470a805181c58d6fb9f4', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/238979bb-4ea5-4e6d-bbae-5f2693931e02', 'm365', 'AAkALgAA2MRSXlNTkO3pZD1iIzACMWWYYbWqqOvehZs9PGQgk5rYxFJeU1OQ7elkPWIjMAIxZZhhtaqo696Fmz08ZCCAAA=', '{"company":"Fabrikam, Inc.","email":"joao.3@supplier.example","mobile_phone":{"e164":null,"raw":"(11) 95550-0155","type":"ContactPhone"},"name":"João Brandão","title":"Retail Manager","type":"DraftContact"}', '{"company":"Fabrikam, Inc.","email":"joao.3@supplier.example","mobile_phone":{"e164":null,"raw":"(11) 95550-0155","type":"ContactPhone"},"name":"João Brandão","title":"Retail Manager","type":"DraftContact"}', 0, 'João Brandão', 'joão brandão
joao.3@supplier.example
fabrikam, inc.
retail manager
(11) 95550-0155
');
INSERT INTO public.contacts VALUES ('52046c484aa24e3d964020fb1ca06102', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56', 'm365', 'AAkALgAAHYSIDN_fe0r810l3w2IAHOfZsLDzKohe67_ojfSRossdhIgM3997SvzXSXfDYgAc59mwsPMqiF7rv-iN9JGAAA=', '{"company":"Wingtip & Söhne","email":"yagmur.0@supplier.example","mobile_phone":{"e164":"+905325550155","raw":"+90 532 555 01 55","type":"ContactPhone"},"name":"Yağmur Şahin","type":"DraftContact"}', '{"company":"Wingtip & Söhne","email":"yagmur.0@supplier.example","mobile_phone":{"e164":"+905325550155","raw":"+90 532 555 01 55","type":"ContactPhone"},"name":"Yağmur Şahin","type":"DraftContact"}', 0, 'Yağmur Şahin', 'yağmur şahin
yagmur.0@supplier.example
wingtip & söhne
+90 532 555 01 55
+905325550155');
INSERT INTO public.contacts VALUES ('256c69eebdbf4016bcfa8dbf0cad982a', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56', 'm365', 'AAkALgAATnwaStJrIL-3ZfdRAe4p7eAE35zp2fF41ZzvPazPRq1OfBpK0msgv7dl91EB7int4ATfnOnZ8XjVnO89rM9AAA=', '{"address":"Hamburg, Germany","business":{"e164":"+493023125777","raw":"030 / 23125-777","type":"ContactPhone"},"email":"bjorn.1@customer.example","name":"Björn Schäfer","title":"Account Manager","type":"DraftContact"}', '{"address":"Hamburg, Germany","business":{"e164":"+493023125777","raw":"030 / 23125-777","type":"ContactPhone"},"email":"bjorn.1@customer.example","name":"Björn Schäfer","title":"Account Manager","type":"DraftContact"}', 0, 'Björn Schäfer', 'björn schäfer
bjorn.1@customer.example
account manager
030 / 23125-777
+493023125777
hamburg, germany');
INSERT INTO public.contacts VALUES ('95f75368db15429c98bb10cbbf87e0ec', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56', 'm365', 'AAkALgAAiHtOV2Fjwjxm3Ddwr1FX7_eMUToItXZfeRkRtyDlhguIe05XYWPCPGbcN3CvUVfv94xROgi1dl95GRG3IOWAAA=', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"company":"Adventure Works","email":"soren.2@customer.example","home_phone":{"e164":"+493023125333","raw":"030 / 23125-333","type":"ContactPhone"},"mobile_phone":{"e164":"+4915228817355","raw":"+49 152 28817355","type":"ContactPhone"},"name":"Sören Lindner","title":"Analyst","type":"DraftContact"}', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"company":"Adventure Works","email":"soren.2@customer.example","home_phone":{"e164":"+493023125333","raw":"030 / 23125-333","type":"ContactPhone"},"mobile_phone":{"e164":"+4915228817355","raw":"+49 152 28817355","type":"ContactPhone"},"name":"Sören Lindner","title":"Analyst","type":"DraftContact"}', 0, 'Sören Lindner', 'sören lindner
soren.2@customer.example
adventure works
analyst
+49 30 23125 777
+493023125777
+49 152 28817355
+4915228817355
030 / 23125-333
+493023125333');
INSERT INTO public.contacts VALUES ('539aefe285084ac0b46761d6fac92d31', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/420c7357-0280-4b0c-89e3-087f5102cc56', 'm365', 'AAkALgAAO7M5Ma1F7raNiIZEuBI3Lb809bwmvO8s_ZBEPfyE3Yo7szkxrUXuto2IhkS4EjctvzT1vCa87yz9kEQ9_ITAAA=', '{"company":"Adventure Works","email":"siobhan.3@supplier.example","name":"Siobhán Wright","type":"DraftContact"}', '{"company":"Adventure Works","email":"siobhan.3@supplier.example","name":"Siobhán Wright","type":"DraftContact"}', 0, 'Siobhán Wright', 'siobhán wright
siobhan.3@supplier.example
adventure works');
INSERT INTO public.contacts VALUES ('9759133204534eeb905afdfd8be34807', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAA49TzCkJdseweFBVETWk7syg-ItM-_05sdXnuj8ePjSPj1PMKQl2x7B4UFURNaTuzKD4i0z7_Tmx1ee6Px4-AAA=', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"company":"Tailspin Toys","email":"jurgen.0@supplier.example","mobile_phone":{"e164":"+4915228817355","raw":"0152 28817 355","type":"ContactPhone"},"name":"Jürgen Arndt","title":"CEO","type":"DraftContact"}', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"company":"Tailspin Toys","email":"jurgen.0@supplier.example","mobile_phone":{"e164":"+4915228817355","raw":"0152 28817 355","type":"ContactPhone"},"name":"Jürgen Arndt","title":"CEO","type":"DraftContact"}', 0, 'Jürgen Arndt', 'jürgen arndt
jurgen.0@supplier.example
tailspin toys
ceo
+49 30 23125 777
+493023125777
0152 28817 355
+4915228817355');
INSERT INTO public.contacts VALUES ('afdc0323df7043eab3eac3636ef9098b', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAA6H3DirppHa5JvfqZQfBC1bQXZFxMkkqK-wO_mR6qMCPofcOKumkdrkm9-plB8ELVtBdkXEySSor7A7-ZHqoAAA=', '{"company":"Wingtip & Söhne","email":"yagmur.1@supplier.example","home_phone":{"e164":"+902325550133","raw":"+90 232 555 01 33","type":"ContactPhone"},"name":"Yağmur Çelik","type":"DraftContact"}', '{"company":"Wingtip & Söhne","email":"yagmur.1@supplier.example","home_phone":{"e164":"+902325550133","raw":"+90 232 555 01 33","type":"ContactPhone"},"name":"Yağmur Çelik","type":"DraftContact"}', 0, 'Yağmur Çelik', 'yağmur çelik
yagmur.1@supplier.example
wingtip & söhne
+90 232 555 01 33
+902325550133');
INSERT INTO public.contacts VALUES ('66620e3f2d61495f979ff49864f66239', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAAZIO3y-BqsCnBIHFWRTB39RvCDlGuMBk1SG42yN7gxZ1kg7fL4GqwKcEgcVZFMHf1G8IOUa4wGTVIbjbI3uDAAA=', '{"business":{"e164":"+4918002668676","raw":"VIP 1-800-CONTOSO","type":"ContactPhone"},"business2":{"e164":"+81655500111","raw":"+81 6-5550-0111","type":"ContactPhone"},"company":"Fabrikam, Inc.","email":"person.2@customer.example","mobile_phone":{"e164":null,"raw":"090-5550-0155","type":"ContactPhone"},"name":"美咲 渡辺","title":"Engineer","type":"DraftContact"}', '{"business":{"e164":"+4918002668676","raw":"VIP 1-800-CONTOSO","type":"ContactPhone"},"business2":{"e164":"+81655500111","raw":"+81 6-5550-0111","type":"ContactPhone"},"company":"Fabrikam, Inc.","email":"person.2@customer.example","mobile_phone":{"e164":null,"raw":"090-5550-0155","type":"ContactPhone"},"name":"美咲 渡辺","title":"Engineer","type":"DraftContact"}', 0, '美咲 渡辺', '美咲 渡辺
person.2@customer.example
fabrikam, inc.
engineer
vip 1-800-contoso
+4918002668676
+81 6-5550-0111
+81655500111
090-5550-0155
');
INSERT INTO public.contacts VALUES ('1f2fc5ab763c4dc6be9a6195af4743dc', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAALlzVvzsAECqhpz9tdswXVNQ716XKl6nBzCbnqin9t0YuXNW_OwAQKqGnP212zBdU1DvXpcqXqcHMJueqKf2AAA=', '{"business":{"e164":"+493023125777","raw":"030 / 23125-777","type":"ContactPhone"},"company":"Fabrikam, Inc.","email":"greta.3@customer.example","name":"Greta Böhm","title":"Engineer","type":"DraftContact"}', '{"business":{"e164":"+493023125777","raw":"030 / 23125-777","type":"ContactPhone"},"company":"Fabrikam, Inc.","email":"greta.3@customer.example","name":"Greta Böhm","title":"Engineer","type":"DraftContact"}', 0, 'Greta Böhm', 'greta böhm
greta.3@customer.example
fabrikam, inc.
engineer
030 / 23125-777
+493023125777');
INSERT INTO public.contacts VALUES ('a694b0b86f634e4a873b727ce4eea457', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAAh_MeG7mLcY05KDs6UHK6026g3WZQvUc3sIYOhz8zq_2H8x4buYtxjTkoOzpQcrrTbqDdZlC9Rzewhg6HPzOAAA=', '{"business":{"e164":"+14255550177","raw":"+1 425-555-0177","type":"ContactPhone"},"company":"Wingtip & Söhne","email":"diego.4@supplier.example","mobile_phone":{"e164":"+12065550155","raw":"+1206555 0155","type":"ContactPhone"},"name":"Diego Wilke","type":"DraftContact"}', '{"business":{"e164":"+14255550177","raw":"+1 425-555-0177","type":"ContactPhone"},"company":"Wingtip & Söhne","email":"diego.4@supplier.example","mobile_phone":{"e164":"+12065550155","raw":"+1206555 0155","type":"ContactPhone"},"name":"Diego Wilke","type":"DraftContact"}', 0, 'Diego Wilke', 'diego wilke
diego.4@supplier.example
wingtip & söhne
+1 425-555-0177
+14255550177
+1206555 0155
+12065550155');
INSERT INTO public.contacts VALUES ('f0fbd7c9a0fa48c0a48771db60f9353f', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/4e1ec268-94c1-48cb-9156-5323d0cc8069', 'm365', 'AAkALgAAOzPwdVR1OkjJMqnB3Boj2XloaJ2oCVms5_iuE8thD9k7M_B1VHU6SMkyqcHcGiPZeWhonagJWazn-K4Ty2EAAA=', '{"company":"Tailspin Toys","name":"Ulrike Möller","title":"Chef de projet","type":"DraftContact"}', '{"company":"Tailspin Toys","name":"Ulrike Möller","title":"Chef de projet","type":"DraftContact"}', 0, 'Ulrike Möller', 'ulrike möller
tailspin toys
chef de projet');
INSERT INTO public.contacts VALUES ('8817ed5f5c6c49aba49333683c6b95d0', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'm365', 'AAkALgAACIlnL4WS7K5zsEYz6LlJMkzIcwe3U1-GGtnBNgOTQBMIiWcvhZLsrnOwRjPouUkyTMhzB7dTX4Ya2cE2A5NAAA=', '{"company":"Northwind Traders","name":"Νίκος Οικονόμου","title":"Engineer","type":"DraftContact"}', '{"company":"Northwind Traders","name":"Νίκος Οικονόμου","title":"Engineer","type":"DraftContact"}', 0, 'Νίκος Οικονόμου', 'νίκοσ οικονόμου
northwind traders
engineer');
INSERT INTO public.contacts VALUES ('a15fb9030c5b4b4f9455c13180533c63', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'm365', 'AAkALgAAFI2rQqcczo5_XlDBKRuMwdfHPJChAyvNMepmMe4YuEEUjatCpxzOjn9eUMEpG4zB18c8kKEDK80x6mYx7hiAAA=', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"email":"finn.1@customer.example","name":"Finn Schäfer","title":"Retail Manager","type":"DraftContact"}', '{"business":{"e164":"+493023125777","raw":"+49 30 23125 777","type":"ContactPhone"},"email":"finn.1@customer.example","name":"Finn Schäfer","title":"Retail Manager","type":"DraftContact"}', 0, 'Finn Schäfer', 'finn schäfer
finn.1@customer.example
retail manager
+49 30 23125 777
+493023125777');
INSERT INTO public.contacts VALUES ('534e24b1f6f2407cb844937a41c8f3fa', '3c66937e1de24da8b09abaf44bb8217b', 'company', NULL, NULL, '{"name":"Hand Made","type":"DraftContact"}', NULL, 0, 'Hand Made', 'hand made');
INSERT INTO public.contacts VALUES ('9aa6c64573b245d08cb4459763f28326', '3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3/14b6838e-5cc0-4dbc-b800-3520b50ba62c', NULL, NULL, '{"name":"Private","type":"DraftContact"}', NULL, 0, 'Private', 'private');


--
-- Data for Name: data_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.data_keys VALUES ('abb822d319184466ac720c96e8054881', '\x0dfcb0b58471bbb0a7219a4d555705077706bb35ec3ba72951314853d0bb892e325d9ca2f99d092b252e9c2193de9a7632502c55b4ced899ae5670e0', 1795686522.7251847);


--
-- Data for Name: due; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.due VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 1795734054, 3, 0, 'vm|20339|258948');


--
-- Data for Name: flows; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.flows VALUES ('7fca7cc64b03522569ba083de75d26efa2e74267261fa14fb23b4d9eef6e72a5', '3c66937e1de24da8b09abaf44bb8217b', 'm365', '3326049a1e62eb8dbc5a46de7925209e47ed7008f63a5b69ed1b2e4fcc8214cd', '\xabb822d319184466ac720c96e8054881a09aca79641d06e22fdb72be913f424cefdee7d8c338a55dd7cb63f3fda3ab8397ca3f62bc37a7423de488ee91d28f61cb195ac0cd097e7446ee3db08db36e855fb8d1d863aeccc8b0a0b8d444d94bdddaa89bdf7ac72b750de7041b8a14f9b40f21b74144ebe12e1cd0df4482eda66fe47fa84be63d99f2d8150bdc0d19840c90088cbe66ffc70b505ad4c66cd4f84780f38c33cf805b3c24e61e417138d9d7a5aad86f5766363b017c56c71b63249df741bf79db6c640c89e4a7d4a3ad4e0e53265962c62651511fc106b911d8d69b47c27dd50dd1ed1f2eb4e97ec0d5b7e3ae95f41fc90452adeb79a767346ae0b0bf3abd09e3324f0440d312b99ff1b760a23da40ebff571601dd3c223d545fdb3146ba3add227a6e6a822454005e45b4d02da7d46d0a91d9d5a742844e37fd42b16a4aef7e3abad6cb0883db7237fe36290c6b67cff051506b24189ed1a2118e3e993a9bb36a111e1a1bda2eed0b10502e199d71f0ab1fa00813e63825e5a67154918c858a117b1647c3ba9e359f370dfdde0661b0810dc9da25b6a953dd0302ff46231aa570aff4a24cf37f2ba6bc6850c0f1b559bf9b9d732d75741652c44d9df899b33ca4f03312f87847e27b2cde6b33370337059a41ac276ef05fa008ae29d259a9e4d6c484bf39b6c81a0ce8a6ccabe2ec2649cc8532c5ef7de6ad8e1d55c5c3680e0ae7e31f364e887e97a4785bc69676b7076a6b2196cd669642293d43c77635efebe275c8d', 1795686524.032378, 1795687124.031984);


--
-- Data for Name: links; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', '22a7c79014df4cc7aeb76a370ba726ec', 'Żaneta Wiśniewski', 'zaneta.wisniewski@contoso.onmicrosoft.com', NULL, NULL, 'Engineering', 1, NULL);
INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 'b0e528e8afdc4db1b2a5a15804a185dd', 'Ömer Yılmaz', 'omer.yilmaz@contoso.onmicrosoft.com', '0532 555 01 69', NULL, 'Ventes & Support', 1, NULL);
INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 'eea089d42d454bdca71bef9786d56dc2', 'Megan Robbins', 'megan.robbins@contoso.onmicrosoft.com', NULL, '425.555.0172', 'Customer Service', 1, NULL);
INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', '68fe1e4e-a098-481f-9bdf-3398f49dc4e3', 'a6d2c2f241614d5c90a28d09339c13cd', 'George Clarke', 'george.clarke@contoso.onmicrosoft.com', '07700 900421', '020 7946 0141', 'Human Resources', 1, NULL);
INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', '99a7b7aa-c685-4921-a9ad-e4d962be925e', '5f8acea0ef8240efa3b10e55243af846', 'Γιώργος Βλάχος', 'giorgos.vlachos@contoso.onmicrosoft.com', '+30 694 555 0148', '+30 21 5550 0101', 'Ventes & Support', 1, NULL);
INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', '9c59ccac-7b25-473d-9347-73a9d34c0530', '27f541a140c242d8a3bdf950c70b44ce', 'Paweł Wiśniewski', 'pawel.wisniewski@contoso.onmicrosoft.com', '+48 500 555 024', '(22) 555-01-15', 'Operations', 1, NULL);
INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', 'a825abdd-3003-4e2d-8a4a-c5d43051ac46', 'd745e78703fd4f3abc503269f8464e56', 'Sören Voß', 'soren.voss@contoso.onmicrosoft.com', NULL, '030 / 23125-666', 'Finance', 1, NULL);
INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', '458d5a0bf287407d9df42d905cdc2550', 'Antônio da Silva', 'antonio.da.silva@contoso.onmicrosoft.com', '+55 11 95550-0184', '(11) 5550-0131', 'R&D', 1, NULL);
INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', '238979bb-4ea5-4e6d-bbae-5f2693931e02', 'c40f7dc26da545028f3c8ced8f5c6f99', 'Grady Bowen', 'grady.bowen@contoso.onmicrosoft.com', '206-555-0168', '425.555.0114', 'R&D', 0, NULL);
INSERT INTO public.links VALUES ('3c66937e1de24da8b09abaf44bb8217b', '07720016-b442-5c01-8e92-51bbce490da3', '420c7357-0280-4b0c-89e3-087f5102cc56', 'eabe70f9ddbe4f7f8d765877001bd470', 'Lukas Voß', 'lukas.voss@contoso.onmicrosoft.com', '+49 152 28817333', '+49 (0)30 23125751', 'R&D', 0, NULL);


--
-- Data for Name: meta; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.meta VALUES ('schema_version', '3');


--
-- Data for Name: notices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.notices VALUES (1, '3c66937e1de24da8b09abaf44bb8217b', 'key', 1795686522.747185, 'warning', 'The certificate ends', 'Make a new key pair.');
INSERT INTO public.notices VALUES (2, '3c66937e1de24da8b09abaf44bb8217b', 'm365:m365.users.approval', 1795686523.7284143, 'warning', 'The Microsoft 365 sync waits for your approval', '5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft. Planned: 1 to be created, 1 to be updated, 1 to be enabled, 5 to be disabled. Nothing was changed.');


--
-- Data for Name: number_cursors; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.number_cursors VALUES ('3c66937e1de24da8b09abaf44bb8217b', 101, 113);
INSERT INTO public.number_cursors VALUES ('3206572277194307bd762184b96d0b2f', 101, 102);


--
-- Data for Name: numbers; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '555', 555, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '666', 666, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '777', 777, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '888', 888, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '101', 101, '22a7c79014df4cc7aeb76a370ba726ec', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '14b6838e-5cc0-4dbc-b800-3520b50ba62c', NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '102', 102, 'b0e528e8afdc4db1b2a5a15804a185dd', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '103', 103, 'c40f7dc26da545028f3c8ced8f5c6f99', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '238979bb-4ea5-4e6d-bbae-5f2693931e02', NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '104', 104, 'eabe70f9ddbe4f7f8d765877001bd470', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '420c7357-0280-4b0c-89e3-087f5102cc56', NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '106', 106, 'a6d2c2f241614d5c90a28d09339c13cd', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '68fe1e4e-a098-481f-9bdf-3398f49dc4e3', NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '107', 107, '5f8acea0ef8240efa3b10e55243af846', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '99a7b7aa-c685-4921-a9ad-e4d962be925e', NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '108', 108, '27f541a140c242d8a3bdf950c70b44ce', NULL, '07720016-b442-5c01-8e92-51bbce490da3', '9c59ccac-7b25-473d-9347-73a9d34c0530', NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '109', 109, 'd745e78703fd4f3abc503269f8464e56', NULL, '07720016-b442-5c01-8e92-51bbce490da3', 'a825abdd-3003-4e2d-8a4a-c5d43051ac46', NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '110', 110, '458d5a0bf287407d9df42d905cdc2550', NULL, '07720016-b442-5c01-8e92-51bbce490da3', 'aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '111', 111, 'a3b01917e249421598ef820e2b3726a7', NULL, NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '112', 112, NULL, NULL, NULL, NULL, 1795686522.0792506);
INSERT INTO public.numbers VALUES ('3c66937e1de24da8b09abaf44bb8217b', '105', 105, NULL, NULL, '07720016-b442-5c01-8e92-51bbce490da3', '4e1ec268-94c1-48cb-9156-5323d0cc8069', 1795686522.0817077);
INSERT INTO public.numbers VALUES ('3206572277194307bd762184b96d0b2f', '555', 555, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('3206572277194307bd762184b96d0b2f', '666', 666, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('3206572277194307bd762184b96d0b2f', '777', 777, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('3206572277194307bd762184b96d0b2f', '888', 888, NULL, 'pbx', NULL, NULL, NULL);
INSERT INTO public.numbers VALUES ('3206572277194307bd762184b96d0b2f', '101', 101, '68e0f2b22b364a6ca369574222d29861', NULL, NULL, NULL, NULL);


--
-- Data for Name: outbox; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox VALUES (1, 'waiting', '3c66937e1de24da8b09abaf44bb8217b', 'voicemail', 5, 'queued', 1, 1795686522.753019, 'Voicemail for %%NAME%%', '["somebody@customer.example"]', '[]', '\xabb822d319184466ac720c96e80548813005f16589693e4e491eb62b7d4be4aa89366163e5728e16d2a3d05685dc77cb1f870e920d23f2565f511e74684e93156cc8e516bfe137f7e5d741bd0e06dbeb35fe32eec1c0e552cd191af27c75350bb75a40a1048fa43e170fb05de0e981309003e58564d2228e0d7363fbe2a59e6160f36452988e89bee537cd7646cfcc817017f1d43aef910dcfa94755c7a52bd6c73c116c697469b919e393f0231864df2776ba199fa6261e1a15d734e2b1ef122b0e4312e30207876b4b8a8061e0a51fd102ee017a4b7f83295b9663ca0a4d85585c9451e9870b91cb524c8a51283ded9a45b2b00b3bf74d0a10a2865f4e79b52dc83afd82f72d34fa2fc7062f967f47828adbcd61436d3cd99562cb13176517f32d6ecb10716e44987444c837f6f92992428c23dde79d6027c1fd7bbcc2bcbfb29f27d957c3dc34ab8a5bd05e3f824d1420537f2873d6df247a3a437036594bcc50323fc72717110c89940eb04af15cef961875b0cce1dcacbbc0cb91e5415fc8499de53b2e4236ddbb15cde835c40817a956614269285ba3ea497661c67628fc7d7f20d3e7de5526adb232e9064200b4d2b9ab60cb006e5e75719c9020020bd106cc770d6f0e440eef7a2f8c032c8d28df80a5caf54bfa89669c13088d1bb0199ed0555e98ff1e7e4f814d8671469694411154a85ef18e0b4f0154f401f0098722a0649ade52b0b123112a7e31176fb998815ac0817f004e55de44ddb8e9f2119db78ba0a24b392cfdc8ef7a9e289c3c97e2217a958ba99a1f73c7aa977cbd5323a6531ede931797c0b107361fa75bc06967fd86535d06488c725836284c87c23d47d1142c2050b67c8a4442da3dcc54a7ca5e9d910636bc184a444d5d1df51c3a3dae83151bcb350e2158f9b89b9cc5f97012c0a2f81d6569fd60e3e17d6b5967fa6ef68649a645a226095eeef3ce57', 1795686522.753019, 1795686522.753019, 1795945722.753019, 0, 0, 0, NULL, '', NULL, '', '', '', '');
INSERT INTO public.outbox VALUES (2, 'second', '3c66937e1de24da8b09abaf44bb8217b', 'other', 5, 'queued', 1, 1795686522.7578952, 'Second', '["somebody@customer.example"]', '[]', '\xabb822d319184466ac720c96e80548810b3f7d882e665ddc312ab243ba72c82db15e184f988b051fff89139587d774b1ad08ba34349a1106e37cdfdf782a79821601310b07443549381f09db5a54fedb79df7a64c28030cc21dbce8e313648aa31deda82bcf6176e39e3d44ea62370b658cb5d1892b8cf72002a9bd5286e317c1f0f31cf89a6eaa4d052340834a47c4b0c862a6e20fbd0ae6df8228d53c12e94b040cd40ed23610b4a47233e5c818caa4cbf1bf7637382a13a58e6dc227d6f3dc8008ece780a947119198c8b2aeb766b0cdf12f48b7387569bcc34e2f47f655cf37df228b63951a2cdd23a34e30fe1b8af8e558e809c1387345a19ad5c74c378f7da5b627e3d894f1a11b3eee12ba931606e19ad1e2ee9647fea8cd5b742ed04384e56d325de38785c6276a0c41f88928242de03697f53b764de287966f0d03840b3bf50c6c1d778f196011db4c80409552740cf4ffd37f7d5ade902c02e250997313d34d927c118b78894a67287947299b621869fb160356d9c0e720024580c33cfdc49019ea913b26b8d98efc719fa0508782aac54dd0306f30d914e8123c54a1eaab293f0bb7bbe1c2b6824e7ce129a2b0051800870a5ca1ab0c9a10a3245b7e2390c15276e776968d0a482', 1795686522.7578952, 1795686522.7578952, 1795945722.7578952, 0, 0, 0, NULL, '', NULL, '', '', '', '');


--
-- Data for Name: outbox_lanes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: outbox_recipients; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox_recipients VALUES (1, 'somebody@customer.example', '3c66937e1de24da8b09abaf44bb8217b', 5);
INSERT INTO public.outbox_recipients VALUES (2, 'somebody@customer.example', '3c66937e1de24da8b09abaf44bb8217b', 5);


--
-- Data for Name: photos; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: plugin_settings; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.plugin_settings VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 1, '{"application_id":"f434e0ce-a67f-44cd-9558-5ea7e164a020","contact_mailboxes":[{"entra_object_id":"6c3da6dd-6daf-40fa-89b9-00dcb88bf650","name":"6c3da6dd-6daf-40fa-89b9-00dcb88bf650"}],"contact_personal":true,"contact_shared":"named","directory_id":"07720016-b442-5c01-8e92-51bbce490da3","national_cloud":"LAB","sign_in_mode":"all","sync_photo":true}');


--
-- Data for Name: problems; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.problems VALUES (1, 'df79898a86ea4cd9b5cc0055e5b3db47', 'account_disabled', '6c3da6dd-6daf-40fa-89b9-00dcb88bf650', 'user-008578ed@contoso.onmicrosoft.com', 'The account is disabled at Microsoft; enable it there to bring the person in.');
INSERT INTO public.problems VALUES (2, 'a847e48d77154949bccc99da73b67e6a', 'account_disabled', '6c3da6dd-6daf-40fa-89b9-00dcb88bf650', 'user-008578ed@contoso.onmicrosoft.com', 'The account is disabled at Microsoft; enable it there to bring the person in.');


--
-- Data for Name: registrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.registrations VALUES ('22a7c79014df4cc7aeb76a370ba726ec', 'desk phone', 1795686522.217313);


--
-- Data for Name: runs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.runs VALUES ('df79898a86ea4cd9b5cc0055e5b3db47', '3c66937e1de24da8b09abaf44bb8217b', 'm365', 'forced', NULL, 'done', 'Users: 10 created. Contacts: 36 added; 11 mailboxes read. Photos: 0 photos stored, 0 removed.', 1795686521.7868319, 1795686521.9894457, '{"created": 10, "updated": 0, "disabled": 0, "enabled": 0, "deleted": 0, "linked": 0, "unchanged": 0, "skipped": 1}', '{"account_disabled": 1}', 9, NULL, 'photos', 10, 10, 0);
INSERT INTO public.runs VALUES ('a847e48d77154949bccc99da73b67e6a', '3c66937e1de24da8b09abaf44bb8217b', 'm365', 'forced', NULL, 'done', 'Users: 2 disabled. Contacts: Nothing to change; 9 mailboxes read. Photos: 0 photos stored, 0 removed.', 1795686522.0062768, 1795686522.0690436, '{"created": 0, "updated": 0, "disabled": 2, "enabled": 0, "deleted": 0, "linked": 0, "unchanged": 8, "skipped": 1}', '{"account_disabled": 1}', 4, NULL, 'photos', 8, 8, 0);
INSERT INTO public.runs VALUES ('24a807f4c98947b087e189b7aba89aa4', '3c66937e1de24da8b09abaf44bb8217b', 'm365', 'forced', NULL, 'needs_approval', '5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft. Planned: 1 to be created, 1 to be updated, 1 to be enabled, 5 to be disabled. Nothing was changed.', 1795686523.6014097, 1795686523.7330194, '{"created": 0, "updated": 0, "disabled": 0, "enabled": 0, "deleted": 0, "linked": 0, "unchanged": 2, "skipped": 0}', '{}', 2, '{"type": "PlanRef", "checksum": "bf8d7e0c31bec36cd152fbca12d54a80834c36a342bebc7f304775c3095a3bf8", "made_at_utc": "2026-11-26T09:48:43.673433Z", "counts": {"type": "Counts", "created": 1, "updated": 1, "disabled": 5, "enabled": 1, "deleted": 0, "linked": 0, "unchanged": 2, "skipped": 0}, "guarded": 5, "why": "5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft.", "rows_blob": "2bcb57f639cb4ded9614ace8a6fb668a"}', 'read', 7, NULL, 0);


--
-- Data for Name: secrets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.secrets VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'key.active', '\xabb822d319184466ac720c96e8054881246c956899afb381e03facf81012df0f7672ce9b46872e92462dea0d542250fadbe2b25104750ee176dcac506e44cb1a0de987fc946d97ca6b804eb20cf0c50d420994e020513afcb342708d8783dbd2e419412f01eebaa3cfa1dab392273a1edc656616da28771cf5351964e67036f960af7dfc39b0fa3392b231c2773d2664a9f474de9473d4679eb1b5790c76dbf8cee912aa1ebe8ba22f8dbe08e83059a16ccc34f2f7159283d8ea908b398f81cfe946e9811473374530dda8ac6bb8ce0c90bcfa11b1ec848f46b367203504b60f5d2e11e95b0becb1d47ad1447695e21de100d4fa9c3a46b21ddd40e2fc1439fa3361ca0506c204822474cb0bb6284a421ec5dba51ddb5190ce5370daa636b57f54c5c1aea3f96bf1167a1aab859d927d4bc8d68ff0da6077dfc3958209a91786a6340eb81b9326ca11422aa9f96ecaba632d8aa68d317f6c98db12f2d0a33822a66c17197a495aa21be03ad3e38a440e7997dcf93f82a921293d468e261d898f8c77bd3769ccda8b6640471ad714b7fc714b22e08c44dbfa123416cce8bb0a0ce43a8178bab36f21d01d516e014a420e71b312913c71bac54a673693fe5cc58bfcdb7ed59647c88d8136b38123bb9c73470264208640432addbc36eba2c850a1d3a8e7c1acc7b6bd983453728af92bb3f151f39e022db2d88c3fb98c65565e8953e60d3454c17556104a5170ca1c7fc2f39e7410c0ac5c9e594d7e24f40fb90afb4f75c9b369a6dcbdbc04372a345074d70bf6e52869f8c313f4dc2df84a98b9276750a5cba3436530afd5da94264de1400b04a77eceeee64a81de868c8ec5318703a6c93d68d5fe99fd892dfaa81e370c16e5abe8ee7680dae70879b43c59dc916609ed6168f7ba4bf2450da1238b6362b2e74d7971fbe833fefef6e02e82721b90c55eb2e58c0f74705f56ae7e1cba97c6636cae0c99ab5db189d8417c5b03b7526a9f3808b1df7ee64e6e0609d32bc41be03fca35aa9049be42c3c6fd3db46b423a6c3e1d318634e5799f2193e0a1b5ed8b51aa5578b27efce3747abaa7496aef20f2ae1ef3795b381cb551767eca6a4f582f531dfd1bdc98aa1e3245df4dcae12afef478aef1b9459130931a85e6a59c29f1256ec54373b64edc04966fb561992f9e6667c5ae971eb0110e6d4b1a58e32152c5832ff9577c696f70ae742943119c77b9d0495e0dec340e0ed3b9ef63b4b38536d092a802e65bed42b3cb4a99a6f74a5f039352a9ae7c9906ca39eb526e9741c4267b50935701a439cb5d50a861c4a3c7c5d24bf1c1eaf0f9be9767132a7cfd756e8c3e1bab0208850325a3ea45e43b3e09ff7881b95d6607c5ac6bf0c788f5760b241033160ea48075d055c65f41e08c7e5badb45c573b3f837f5ae7d17ca1d82ec2965cf784ab936099ca9a579cc3aa2c85a1cfa10702cc2cf298cafe11a148c6038dba51aae73607ae957f53bb9a4a90098c9bf908c383d8db257c6659786ba397fbfb12bc30db4986ee39f2abbd03922e2c24b880bd221e3cdc4db8dc2a551734902c651d0bdd93397dba55a5c90bd69636738e813ac7dd4f26bfa40e2517ce675b1e85e30e91e313c7f6d86b535bbfe56b31cd421fd8c55e5b13a1b0c830022e49056e53843ee7cc2532a9e3a8f0f4ab72b6f6656fbe1091806ce1dabda5c2647ea4468dac0efcbc6a75f7b44db4b256df500e1d58c703ebf28b8bcf81d81a5b9efcaca20088f86e0c058dfd9dc97b3c53a34c8a69e6bb0b982a70ecc10efabf273ceaf0f7a7ae3001d08a1f9261fbe46c325365878068d5ade75f5a76f0ac50ab750605bf1d7b83b22b6200dc3e214a2a7e3c1fa96562e8f47e12994e83b6e8f91e55b9808c7c6125aab0fc96b9472f03ff546320d397c953cedd236e05af490f74a0099d1f4f026474856de3faa5aafec0bb00ae6672d45a0f9f739581fa1d01780d3986a5ecd042ebcaad577f74fa582e323c7a5bbfdcea47b8c8d3866b9ae32bbce3bce7e31d771241a50a850a8f682f9a661df342ae66ad62bdb6cd22ce3a65131cd9c44c11669e5c8212eaaaac9d2836161627071418b706eea50c8a0549cdb746719ae899197fb73745182629869b7122930cc3c24e2c9ae776b1fb261376c5a69e485de44ab782a6704244595948b0f914cefa1798c0a2b02cddb6618b2b85631e0bfbdacde504e47ddd335c323608518a4b95b414147f60b2ecca530cc4fb93c3a53521078cdeb0ab2f44c170fe15c39170f1dbe159a06d87f1ae7433ee13d106566b5d9da9c14f91c7340a6e80ab256d51aa3ebd1f3fed889d48f8b73aff0c06600761a09c4c13533b12a0e5a550b13442b56cb81131307973b1abd16a4808da3e61a489b7af97c0ce120f55528b40744592224efc94df05c62220b1a98f97fd99567b58638c5f9a3a3fba50e63ee72953532e7ffa880cdc8a4af8c230ce9e881c5fa263ae76fe2ad3af6c69a10080d3c70a833127f1a67d5a360952a733907f8f09e5d9ab88f2704e838352302e84d41c5a4bd1516b6ea551d8ca9566a7c59daa25183dd64114f922ea61fd6c9aaf4738a94f4bab53f2c740b683d8b23a7d717b0ad1e28292138b4dd711200081e74431a7a197664082e9436533da85592c61c8e7273b3c8a654a24ccc6165220319d865bd4ce2f6ecb3628dbe9ba98eb4ed7ca261fb8e00df33fc5df463c045adc12a5ea97273142d54fafb5d64f48ae9c5c6e54cfea4b9e4271bc746c482771fd2cd2b46ca039418d80ebaa29913af3d44d41d2a815b6cd96c44bc2b840553da3ab868a98ec9090be97d13bfa7ad2b38bb2d2c990deb0c218d30ca6b5ec821de0d1808e7fe166a1648f79094cc642a80fdb5d224512c8fb66de11ad79bc2dac0f7336e6d6f0a5aa764c6adc110d2f95a040e46620c9cdf7abeef577a4b7c4fda976d636862f25323abcc17902785e9632b98674566e8e83c2374c6019e9453959b6af32568d03ea6415f76d761f83ba5d5560297c2ab08a7972f842aa27e95283266f066401856ece1ac0e3d2112ef93c589fab7cc5b1256bbf92e7eb491b25455c9043d597df88e25d0aad054c7159170f2da656ca657c293a3bc0fdc14d26e3b984cdd5db60c5e7456ecb520b1bbf566df4b5e95fd535e8c99be629f8e755d674d6b79a96898577b898f4d6ae218036befb0bf5b830faacaa59b0bebd78143b688242b23eae12b2a24f930edb6b4d77d7135aa44d2c7951e59353b70c33d3339eda20403fc6ecceb2e6c65db4361b3897564f3bfd5d18fc82230c1cdeb7b49afb7a4f3ba2b50c1f6a9d0c3d9843bab2d25f3752e1492bf2011a24042899aeaa96486edf4a67cf70db17f1169aa33d5de75fbf9d3249beb1be2dd0cbe7dbccbf2ace185baf2a5bf089296bf37db85553503b3be332e69afda2df613ae1343f79c20cca01c88abfb5d8979ac939b556899c4115f116688aae967d5a9d9801c5844d288b4f94fce23f514730026d16ae89d359f99130e5c871940a39a87dd63bfb6c581441c2ed03b2818cf7ffe35cb617efbb724a23617cdb1b5e5f29fd8e9e1eb18a77163852e2302d29b5dd0fdcda3317796f46eb8e8afb83bc0aa98216199994681646780601fa1b8fe2f0698bb5b35045ab7dc97c874f8f0f57584e7281fae376a96e3611eaa29aa5da216de878cf5a7d9b6a5c1db9b1ee395ea9798694bc850a466acd79f7758fbf288810d2a73b4f271db13d42c98fb85fac61abaca10a23826d20b804561e25a728492bb52b0fd8ee5c3f384fd9bd0cabd76093604cb4e351e6653c5a4a35b66278211f13d3699afb8a767285d50267fd2897c7cd08fd252c8fd37d9cb5dc9ffec2df255f6bf602e6dd81a84cee82d69c007df300ac8e32e8c6ca3a703243a69584b58226a2f759e7667a3418d88cd835d20a07236167984cc82a9be3bc06e8d05edf25a16bd236277621fd5191a0eabcca0bf48f754e6980204f2680bbce74d519ac5df4d4ab6e394ef20826ebeba265eb64a9db2d05f2db7378496d072e67b3dc72f9216a301bdc85a20873315f6fdc41cd5c89e8939afc6d362832b3d0bb8939b2d1a05ff84da5d831c2ad4d77f81e7d91ebd1184d57aad30a2d7faf8f1566d9142f16b96a20d2a6d01de521eb174c2da85874767367d5ef9b2b');
INSERT INTO public.secrets VALUES ('system', 'pbx', 'smtp', '\xabb822d319184466ac720c96e80548816bfd728b711622c43af936a3c842d52599c13dbd685df21a884ee9211576f11ea98fe46d2a003e232b3ac6b3c987b2a1861456d1abb8b1d26674321cfd6bb7bde193cd7c09f8ccbb2baef099e6e4d7e80a97cff7198e6b18b7c5c2aa17477e02b469bf1a674cc884bf6af63c8ff94c4e7e12614ea539e0137a1116b2dd27c1bb372e5110aff0b4f3196e5494860b4a1ae65c0087edc85b096561ef49349a4f9873a74ff3155c8d960ee608fb2fb06e9a0a5b8c8ef2a664ef3de83d7a6b58548c6f96d3a7df0189ec17cee2a39cc0ebf3febae0c3a77fbae16ab8d060b391f44bf4ca9d');


--
-- Data for Name: sessions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.sessions VALUES ('513e72dfdafec0fada0d296a004d1c4286bf310b005ede5a4e4c2835e4589de9', '3c66937e1de24da8b09abaf44bb8217b', NULL, 'admin', 'vKk4RjnQW7HKyiOhjpBx4Kyl9nUmbKRt', 1795686523.9576385, 1795715323.9576385, NULL, NULL, '');
INSERT INTO public.sessions VALUES ('769445d012621f7579078a8ec07fd8b8ccee80af5595d6c47d7bc1f48fa1e417', '3c66937e1de24da8b09abaf44bb8217b', '22a7c79014df4cc7aeb76a370ba726ec', NULL, '4PZLXx3n2NaFeuA1vVmMAdK4IG32Rq6q', 1795686523.998396, 1795715323.998396, 'ms365', 'm365', 'O.MTRiNjgzOGUtNWNjMC00ZGJjLWI4MDAtMzUyMGI1MGJhNjJj');
INSERT INTO public.sessions VALUES ('a08af892edb03172386df3343dc25476ba77af802d57545a40a63e74caa51732', '3c66937e1de24da8b09abaf44bb8217b', '22a7c79014df4cc7aeb76a370ba726ec', NULL, 'yD3pblaX_00TL6IFYdHVrnqto3X0fFbR', 1795686524.0232174, 1795715324.0232174, 'ms365', 'm365', 'O.MTRiNjgzOGUtNWNjMC00ZGJjLWI4MDAtMzUyMGI1MGJhNjJj');


--
-- Data for Name: state; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'users.purposes', 1, '{"after":"","asked_all_at_utc":null,"known":{},"refused_at_utc":"2026-11-26T09:48:41.830144Z"}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'users.first_plan', 1, '{"confirmed_at_utc":"2026-11-26T09:48:41.830144Z"}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.99a7b7aa-c685-4921-a9ad-e4d962be925e', 2, '{"asked":"2026-11-26T09:48:42.052719+00:00","counts":[4,0,0],"default":"AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=","","","https://127.0.0.1:33439/v1.0/users/99a7b7aa-c685-4921-a9ad-e4d962be925e/contactFolders/AAMkAJnDNYV4WCE9lXqFQVsGSRMzIAmI4YLSG-0aemUaZ-_smcM1hXhYIT2VeoVBWwZJEzMgCYjhgtIb7Rp6ZRpnAAA=/contacts/delta?$deltatoken=gp33P5kaS3h7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBSm5ETllWNFdDRTlsWHFGUVZzR1NSTXpJQW1JNFlMU0ctMGFlbVVhWi1fc21jTTFoWGhZSVQyVmVvVkJXd1pKRXpNZ0NZamhndEliN1JwNlpScG5BQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjQsIn4iOiJlMGVmODYifQ"]],"id":"99a7b7aa-c685-4921-a9ad-e4d962be925e","kind":"personal","round":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","shown":"giorgos.vlachos@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.910601+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/99a7b7aa-c685-4921-a9ad-e4d962be925e/contactFolders/delta?$deltatoken=WExcUK5wLCB7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiZDBkYjc5In0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.round', 4, '{"id":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","open":false}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.238979bb-4ea5-4e6d-bbae-5f2693931e02', 1, '{"asked":"2026-11-26T09:48:41.948406+00:00","counts":[4,0,0],"default":"AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=","","","https://127.0.0.1:33439/v1.0/users/238979bb-4ea5-4e6d-bbae-5f2693931e02/contactFolders/AAMkA8E7HKdFFjO-SUsUwH2DJR7rDLVhDcVdnt5NwcMrAzmPwTscp0UWM75JSxTAfYMlHusMtWENxV2e3k3BwysDAAA=/contacts/delta?$deltatoken=jOkZtsCC0Wd7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBOEU3SEtkRkZqTy1TVXNVd0gyREpSN3JETFZoRGNWZG50NU53Y01yQXptUHdUc2NwMFVXTTc1SlN4VEFmWU1sSHVzTXRXRU54VjJlM2szQnd5c0RBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjQsIn4iOiJlMjM0NDgifQ"]],"id":"238979bb-4ea5-4e6d-bbae-5f2693931e02","kind":"personal","round":"2026-11-26T09:48:41.871243+00:00/df79898a86ea4cd9b5cc0055e5b3db47","shown":"grady.bowen@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.948406+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/238979bb-4ea5-4e6d-bbae-5f2693931e02/contactFolders/delta?$deltatoken=0fmhJY9b7JR7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiZWVlMzRlIn0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.420c7357-0280-4b0c-89e3-087f5102cc56', 1, '{"asked":"2026-11-26T09:48:41.954589+00:00","counts":[4,0,0],"default":"AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=","","","https://127.0.0.1:33439/v1.0/users/420c7357-0280-4b0c-89e3-087f5102cc56/contactFolders/AAMkAEgXmbV2C5YEqtbtML3-RbWJRzlEG4nEE7TAESHeOuIUSBeZtXYLlgSq1u0wvf5FtYlHOUQbicQTtMARId46AAA=/contacts/delta?$deltatoken=IYFRNHhKJdt7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBRWdYbWJWMkM1WUVxdGJ0TUwzLVJiV0pSemxFRzRuRUU3VEFFU0hlT3VJVVNCZVp0WFlMbGdTcTF1MHd2ZjVGdFlsSE9VUWJpY1FUdE1BUklkNDZBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjQsIn4iOiJmNTI0ODIifQ"]],"id":"420c7357-0280-4b0c-89e3-087f5102cc56","kind":"personal","round":"2026-11-26T09:48:41.871243+00:00/df79898a86ea4cd9b5cc0055e5b3db47","shown":"lukas.voss@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.954589+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/420c7357-0280-4b0c-89e3-087f5102cc56/contactFolders/delta?$deltatoken=_Iiv95TEGwx7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiNzVhYWVlIn0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'users.guard', 1, '[["2026-11-26T09:48:42.014802+00:00",2]]');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'users.checkpoint', 2, '{"delta_link":"https://127.0.0.1:33439/v1.0/users/delta?$deltatoken=8H38omQtUzB7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsIm5hbWVzIjpbImlkIiwidXNlclByaW5jaXBhbE5hbWUiLCJkaXNwbGF5TmFtZSIsImdpdmVuTmFtZSIsInN1cm5hbWUiLCJtYWlsIiwibW9iaWxlUGhvbmUiLCJidXNpbmVzc1Bob25lcyIsImRlcGFydG1lbnQiLCJ1c2FnZUxvY2F0aW9uIiwidXNlclR5cGUiLCJhY2NvdW50RW5hYmxlZCIsImFzc2lnbmVkTGljZW5zZXMiLCJhc3NpZ25lZFBsYW5zIl0sInNlbGVjdCI6ImlkLHVzZXJQcmluY2lwYWxOYW1lLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxzdXJuYW1lLG1haWwsbW9iaWxlUGhvbmUsYnVzaW5lc3NQaG9uZXMsZGVwYXJ0bWVudCx1c2FnZUxvY2F0aW9uLHVzZXJUeXBlLGFjY291bnRFbmFibGVkLGFzc2lnbmVkTGljZW5zZXMsYXNzaWduZWRQbGFucyIsIm9ubHkiOm51bGwsInVudGlsIjoxLCJib3JuIjoxNzk1Njg2NTIxLjgzODU5MzcsImZ1bGwiOmZhbHNlLCJlbmQiOjAsIn4iOiIyZjQ3MTYifQ","delta_link_at_utc":"2026-11-26T09:48:41.830144Z","directory":"https://127.0.0.1:33439/v1.0 07720016-b442-5c01-8e92-51bbce490da3","fulls_since_fresh_link":2,"last_full_at_utc":"2026-11-26T09:48:42.014802Z","mapping_fingerprint":"d2510f7bf78329e5","retry_by_full":false,"retry_ids":[],"schema_version":1,"scope_hash":"everybody","select_hash":"07fcfc967046d5f4","type":"Checkpoint"}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.a825abdd-3003-4e2d-8a4a-c5d43051ac46', 2, '{"asked":"2026-11-26T09:48:42.052854+00:00","counts":[2,0,0],"default":"AAMkAadUz_ojXyDqb90DpCqh3C28NaNqORU7aTdTU-7fScyhp1TP-iNfIOpv3QOkKqHcLbw1o2o5FTtpN1NT7t9JAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkA5bxJmXVfhPkY8e4P3CMdtyJdWw9-q7NF-0jWKclv2UvlvEmZdV-E-Rjx7g_cIx23Il1bD36rs0X7SNYpyW_AAA=","VIP","AAMkAUOoDL1QKjdwUO7_afrnyw7LveEuezNoEsYrhGZFSF9dQ6gMvVAqN3BQ7v9p-ufLDsu94S57M2gSxiuEZkVIAAA=","https://127.0.0.1:33439/v1.0/users/a825abdd-3003-4e2d-8a4a-c5d43051ac46/contactFolders/AAMkA5bxJmXVfhPkY8e4P3CMdtyJdWw9-q7NF-0jWKclv2UvlvEmZdV-E-Rjx7g_cIx23Il1bD36rs0X7SNYpyW_AAA=/contacts/delta?$deltatoken=5t3vWraDh157InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBNWJ4Sm1YVmZoUGtZOGU0UDNDTWR0eUpkV3c5LXE3TkYtMGpXS2NsdjJVdmx2RW1aZFYtRS1Sang3Z19jSXgyM0lsMWJEMzZyczBYN1NOWXB5V19BQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjEsIn4iOiJkMWZmNGMifQ"],["AAMkAUOoDL1QKjdwUO7_afrnyw7LveEuezNoEsYrhGZFSF9dQ6gMvVAqN3BQ7v9p-ufLDsu94S57M2gSxiuEZkVIAAA=","Customers","AAMkAwzPPsKjtdztTE1sSOEq27GDHNlRdHBndLOUH1aHoBXfDM8-wqO13O1MTWxI4SrbsYMc2VF0cGd0s5QfVoegAAA=","https://127.0.0.1:33439/v1.0/users/a825abdd-3003-4e2d-8a4a-c5d43051ac46/contactFolders/AAMkAUOoDL1QKjdwUO7_afrnyw7LveEuezNoEsYrhGZFSF9dQ6gMvVAqN3BQ7v9p-ufLDsu94S57M2gSxiuEZkVIAAA=/contacts/delta?$deltatoken=cyXAtqJYl-17InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBVU9vREwxUUtqZHdVTzdfYWZybnl3N0x2ZUV1ZXpOb0VzWXJoR1pGU0Y5ZFE2Z012VkFxTjNCUTd2OXAtdWZMRHN1OTRTNTdNMmdTeGl1RVprVklBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjAsIn4iOiJlNjdjMDIifQ"],["AAMkAadUz_ojXyDqb90DpCqh3C28NaNqORU7aTdTU-7fScyhp1TP-iNfIOpv3QOkKqHcLbw1o2o5FTtpN1NT7t9JAAA=","","","https://127.0.0.1:33439/v1.0/users/a825abdd-3003-4e2d-8a4a-c5d43051ac46/contactFolders/AAMkAadUz_ojXyDqb90DpCqh3C28NaNqORU7aTdTU-7fScyhp1TP-iNfIOpv3QOkKqHcLbw1o2o5FTtpN1NT7t9JAAA=/contacts/delta?$deltatoken=vaxKX-j9CjN7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBYWRVel9valh5RHFiOTBEcENxaDNDMjhOYU5xT1JVN2FUZFRVLTdmU2N5aHAxVFAtaU5mSU9wdjNRT2tLcUhjTGJ3MW8ybzVGVHRwTjFOVDd0OUpBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjEsIn4iOiJkY2I2YzIifQ"]],"id":"a825abdd-3003-4e2d-8a4a-c5d43051ac46","kind":"personal","round":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","shown":"soren.voss@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.968724+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/a825abdd-3003-4e2d-8a4a-c5d43051ac46/contactFolders/delta?$deltatoken=jK3cJgilqC57InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjoyLCJ-IjoiZmZhN2ViIn0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.summary', 2, '{"at_utc":"2026-11-26T09:48:42.057616Z","message":"Nothing to change; 9 mailboxes read.","states":{"ok":9},"troubled":[],"type":"ContactSummary"}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'last_run', 3, '{"by_clock":false,"failures":0,"finished_at_utc":"2026-11-26T09:48:43.731103Z","message":"5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft. Planned: 1 to be created, 1 to be updated, 1 to be enabled, 5 to be disabled. Nothing was changed.","status":"needs_approval","type":"LastRun"}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.company.6c3da6dd-6daf-40fa-89b9-00dcb88bf650', 2, '{"asked":"2026-11-26T09:48:42.052372+00:00","counts":[1,0,0],"default":"AAMkA0nrtrEs2uu8LFqKmJpoS3280MbBdRlAUBMjj3T27TGbSeu2sSza67wsWoqYmmhLfbzQxsF1GUBQEyOPdPbtAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkA0nrtrEs2uu8LFqKmJpoS3280MbBdRlAUBMjj3T27TGbSeu2sSza67wsWoqYmmhLfbzQxsF1GUBQEyOPdPbtAAA=","","","https://127.0.0.1:33439/v1.0/users/6c3da6dd-6daf-40fa-89b9-00dcb88bf650/contactFolders/AAMkA0nrtrEs2uu8LFqKmJpoS3280MbBdRlAUBMjj3T27TGbSeu2sSza67wsWoqYmmhLfbzQxsF1GUBQEyOPdPbtAAA=/contacts/delta?$deltatoken=qNdI8HSdFDl7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBMG5ydHJFczJ1dThMRnFLbUpwb1MzMjgwTWJCZFJsQVVCTWpqM1QyN1RHYlNldTJzU3phNjd3c1dvcVltbWhMZmJ6UXhzRjFHVUJRRXlPUGRQYnRBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MSwiYWZ0ZXIiOjEsInVudGlsIjoxLCJlbmQiOjEsIn4iOiI4NTI4MzgifQ"]],"id":"6c3da6dd-6daf-40fa-89b9-00dcb88bf650","kind":"company","round":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","shown":"6c3da6dd-6daf-40fa-89b9-00dcb88bf650","since":"2026-11-26T09:48:41.930144+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/6c3da6dd-6daf-40fa-89b9-00dcb88bf650/contactFolders/delta?$deltatoken=XnjyiYgC3T17InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiMWJkMGIzIn0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.14b6838e-5cc0-4dbc-b800-3520b50ba62c', 2, '{"asked":"2026-11-26T09:48:42.052473+00:00","counts":[3,0,0],"default":"AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=","","","https://127.0.0.1:33439/v1.0/users/14b6838e-5cc0-4dbc-b800-3520b50ba62c/contactFolders/AAMkA7Dyen-_Mkp8T9-SxCusUqrGkhW4GwQrtxrlyeRBmXQLsPJ6f78ySnxP35LEK6xSqsaSFbgbBCu3GuXJ5EGZAAA=/contacts/delta?$deltatoken=lzdJPGiNBFl7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBN0R5ZW4tX01rcDhUOS1TeEN1c1VxckdraFc0R3dRcnR4cmx5ZVJCbVhRTHNQSjZmNzh5U254UDM1TEVLNnhTcXNhU0ZiZ2JCQ3UzR3VYSjVFR1pBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjMsIn4iOiI1Y2U0NGYifQ"]],"id":"14b6838e-5cc0-4dbc-b800-3520b50ba62c","kind":"personal","round":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","shown":"zaneta.wisniewski@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.935270+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/14b6838e-5cc0-4dbc-b800-3520b50ba62c/contactFolders/delta?$deltatoken=FcytLhRvo5B7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiNTdlNThmIn0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e', 2, '{"asked":"2026-11-26T09:48:42.052538+00:00","counts":[4,0,0],"default":"AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=","","","https://127.0.0.1:33439/v1.0/users/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e/contactFolders/AAMkAA125kCCRy6EzQMMSPl5C7JwNE6oUBFg0yQY8uI7lbrIDXbmQIJHLoTNAwxI-XkLsnA0TqhQEWDTJBjy4juVAAA=/contacts/delta?$deltatoken=_vLEIKrYIU17InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBQTEyNWtDQ1J5NkV6UU1NU1BsNUM3SndORTZvVUJGZzB5UVk4dUk3bGJySURYYm1RSUpITG9UTkF3eEktWGtMc25BMFRxaFFFV0RUSkJqeTRqdVZBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjQsIn4iOiIwMjQzZDkifQ"]],"id":"1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e","kind":"personal","round":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","shown":"omer.yilmaz@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.941684+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/1b033d9b-50c1-40c4-9f4e-4b3dd8ae118e/contactFolders/delta?$deltatoken=usi8IrY4Zpx7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiYWRmZTg1In0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.4e1ec268-94c1-48cb-9156-5323d0cc8069', 2, '{"asked":"2026-11-26T09:48:42.052599+00:00","counts":[6,0,0],"default":"AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=","","","https://127.0.0.1:33439/v1.0/users/4e1ec268-94c1-48cb-9156-5323d0cc8069/contactFolders/AAMkA0txeACGcE3OwKdPxnnpuMr7dsXgLrnP8JCyS3AbUHYnS3F4AIZwTc7Ap0_Geem4yvt2xeAuuc_wkLJLcBtQAAA=/contacts/delta?$deltatoken=YuOnBAANiu97InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBMHR4ZUFDR2NFM093S2RQeG5ucHVNcjdkc1hnTHJuUDhKQ3lTM0FiVUhZblMzRjRBSVp3VGM3QXAwX0dlZW00eXZ0MnhlQXV1Y193a0xKTGNCdFFBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjYsIn4iOiI2ZTlmZDcifQ"]],"id":"4e1ec268-94c1-48cb-9156-5323d0cc8069","kind":"personal","round":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","shown":"megan.robbins@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.962271+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/4e1ec268-94c1-48cb-9156-5323d0cc8069/contactFolders/delta?$deltatoken=w9M8gSEAx6J7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiNGI1ZjUyIn0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.68fe1e4e-a098-481f-9bdf-3398f49dc4e3', 2, '{"asked":"2026-11-26T09:48:42.052661+00:00","counts":[1,0,0],"default":"AAMkAdxUoefds0T2g72roiD27zJyFHWh-lM47sFT0SyLSICp3FSh592zRPaDvauiIPbvMnIUdaH6UzjuwVPRLItIAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkAdxUoefds0T2g72roiD27zJyFHWh-lM47sFT0SyLSICp3FSh592zRPaDvauiIPbvMnIUdaH6UzjuwVPRLItIAAA=","","","https://127.0.0.1:33439/v1.0/users/68fe1e4e-a098-481f-9bdf-3398f49dc4e3/contactFolders/AAMkAdxUoefds0T2g72roiD27zJyFHWh-lM47sFT0SyLSICp3FSh592zRPaDvauiIPbvMnIUdaH6UzjuwVPRLItIAAA=/contacts/delta?$deltatoken=n7yo2B3BqaZ7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBZHhVb2VmZHMwVDJnNzJyb2lEMjd6SnlGSFdoLWxNNDdzRlQwU3lMU0lDcDNGU2g1OTJ6UlBhRHZhdWlJUGJ2TW5JVWRhSDZVemp1d1ZQUkxJdElBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjEsIn4iOiIzMDAzMDAifQ"]],"id":"68fe1e4e-a098-481f-9bdf-3398f49dc4e3","kind":"personal","round":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","shown":"george.clarke@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.903974+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/68fe1e4e-a098-481f-9bdf-3398f49dc4e3/contactFolders/delta?$deltatoken=JeW_ZtJ-8RV7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiZWZkZjE4In0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.9c59ccac-7b25-473d-9347-73a9d34c0530', 2, '{"asked":"2026-11-26T09:48:42.052777+00:00","counts":[2,0,0],"default":"AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=","","","https://127.0.0.1:33439/v1.0/users/9c59ccac-7b25-473d-9347-73a9d34c0530/contactFolders/AAMkAoNpIGmne_HmWR0iAurDYsBSQ2p0hCaa060SVSBK1UfOg2kgaad78eZZHSIC6sNiwFJDanSEJprTrRJVIErVAAA=/contacts/delta?$deltatoken=5U9SJOyFH4R7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBb05wSUdtbmVfSG1XUjBpQXVyRFlzQlNRMnAwaENhYTA2MFNWU0JLMVVmT2cya2dhYWQ3OGVaWkhTSUM2c05pd0ZKRGFuU0VKcHJUclJKVklFclZBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjIsIn4iOiJiZTQxNGYifQ"]],"id":"9c59ccac-7b25-473d-9347-73a9d34c0530","kind":"personal","round":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","shown":"pawel.wisniewski@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.915619+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/9c59ccac-7b25-473d-9347-73a9d34c0530/contactFolders/delta?$deltatoken=h5ZN966hleB7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiNTQxYjE5In0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'contacts.box.personal.aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb', 2, '{"asked":"2026-11-26T09:48:42.052915+00:00","counts":[5,0,0],"default":"AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=","detail":"","fingerprint":"ee3bf9929d76e07a","folders":[["AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=","","","https://127.0.0.1:33439/v1.0/users/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb/contactFolders/AAMkAe7qWHKB9z02-YF9hZGWpGnrSY4jlJ9jIOoBJrKz5ZLJ7upYcoH3PTb5gX2FkZakaetJjiOUn2Mg6gEmsrPlAAA=/contacts/delta?$deltatoken=NCZF-HSGa7F7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImZvbGRlciI6IkFBTWtBZTdxV0hLQjl6MDItWUY5aFpHV3BHbnJTWTRqbEo5aklPb0JKckt6NVpMSjd1cFljb0gzUFRiNWdYMkZrWmFrYWV0SmppT1VuMk1nNmdFbXNyUGxBQUE9Iiwic2VsZWN0IjoiaWQsY2hhbmdlS2V5LHBhcmVudEZvbGRlcklkLGRpc3BsYXlOYW1lLGdpdmVuTmFtZSxtaWRkbGVOYW1lLHN1cm5hbWUseW9taUdpdmVuTmFtZSx5b21pU3VybmFtZSx5b21pQ29tcGFueU5hbWUsbmlja05hbWUsZmlsZUFzLGNvbXBhbnlOYW1lLGRlcGFydG1lbnQsam9iVGl0bGUsYnVzaW5lc3NQaG9uZXMsaG9tZVBob25lcyxtb2JpbGVQaG9uZSxlbWFpbEFkZHJlc3NlcyxpbUFkZHJlc3NlcyxidXNpbmVzc0FkZHJlc3MsaG9tZUFkZHJlc3Msb3RoZXJBZGRyZXNzLGJ1c2luZXNzSG9tZVBhZ2UscGVyc29uYWxOb3RlcyIsImZ1bGwiOmZhbHNlLCJhdCI6MCwiYWZ0ZXIiOjAsInVudGlsIjowLCJlbmQiOjUsIn4iOiI3MWJlNmYifQ"]],"id":"aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb","kind":"personal","round":"2026-11-26T09:48:42.035138+00:00/a847e48d77154949bccc99da73b67e6a","shown":"antonio.da.silva@contoso.onmicrosoft.com","since":"2026-11-26T09:48:41.923364+00:00","status":"ok","tree":"https://127.0.0.1:33439/v1.0/users/aa1c4fa9-1d89-4e1d-8a04-5f7ff60dfabb/contactFolders/delta?$deltatoken=oQ8taFuuUdR7InRlbmFudCI6IjA3NzIwMDE2LWI0NDItNWMwMS04ZTkyLTUxYmJjZTQ5MGRhMyIsImdlbmVyYXRpb24iOjAsImF0IjowLCJ-IjoiM2VhNzZlIn0","version":1}');
INSERT INTO public.state VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'm365', 'users.plan', 1, '{"pairs_blob":"8d5f318bd463439d977fb6a40781849a","plan":{"checksum":"bf8d7e0c31bec36cd152fbca12d54a80834c36a342bebc7f304775c3095a3bf8","counts":{"created":1,"deleted":0,"disabled":5,"enabled":1,"linked":0,"skipped":0,"type":"Counts","unchanged":2,"updated":1},"guarded":5,"made_at_utc":"2026-11-26T09:48:43.673433Z","rows_blob":"2bcb57f639cb4ded9614ace8a6fb668a","type":"PlanRef","why":"5 of 7 people, after 2 within the last 24 hours, would lose their extension. If that is right, approve the plan; if not, look first at what changed at Microsoft."}}');


--
-- Data for Name: switches; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.switches VALUES ('m365', '3206572277194307bd762184b96d0b2f', 0);


--
-- Data for Name: tenants; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tenants VALUES ('3c66937e1de24da8b09abaf44bb8217b', 'Contoso', 'contoso.example', 'Europe/Berlin', 'DE', 'https://pbx.example.com:8887', 'https://sbc.example.com:10443', NULL, 30, 1795686521.668492);
INSERT INTO public.tenants VALUES ('3206572277194307bd762184b96d0b2f', 'Fabrikam', 'fabrikam.example', 'UTC', 'US', 'https://localhost:8887', NULL, NULL, 30, 1795686522.7356362);


--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.users VALUES ('a6d2c2f241614d5c90a28d09339c13cd', '3c66937e1de24da8b09abaf44bb8217b', 'george.clarke', 'george.clarke', 'George Clarke', 'george.clarke@contoso.onmicrosoft.com', '07700 900421', NULL, '020 7946 0141', '+442079460141', NULL, 'Human Resources', '106', 1, NULL, NULL, 'StandardUser', '\xabb822d319184466ac720c96e80548819fd2d716580204749b8f301ac63e991f82af4c0a0c94880f5edb2abc492fb3ac2e37ac37a7e0b77288e11e194153dde754dc3800', '\xabb822d319184466ac720c96e80548819d5871426d19cd96b93dd8458290cb53cf33819953f9cff1d19960b1bef3d444727be7b6', NULL, NULL, 1795686521.8633127);
INSERT INTO public.users VALUES ('5f8acea0ef8240efa3b10e55243af846', '3c66937e1de24da8b09abaf44bb8217b', 'giorgos.vlachos', 'giorgos.vlachos', 'Γιώργος Βλάχος', 'giorgos.vlachos@contoso.onmicrosoft.com', '+30 694 555 0148', '+306945550148', '+30 21 5550 0101', '+302155500101', NULL, 'Ventes & Support', '107', 1, NULL, NULL, 'StandardUser', '\xabb822d319184466ac720c96e8054881a52d9f20a01ce36b2364b649d61427b8deff359403c4e4fc3d5d0a98f4774bda1ad162edbb8ecfc944587419139508759c441892', '\xabb822d319184466ac720c96e8054881b1b4ffbcf676ce627d19558b8569f5792dfcd9daa8198dfb0271f97056e1dd1726a0f6e8', NULL, NULL, 1795686521.8633397);
INSERT INTO public.users VALUES ('27f541a140c242d8a3bdf950c70b44ce', '3c66937e1de24da8b09abaf44bb8217b', 'pawel.wisniewski', 'pawel.wisniewski', 'Paweł Wiśniewski', 'pawel.wisniewski@contoso.onmicrosoft.com', '+48 500 555 024', '+48500555024', '(22) 555-01-15', '+48225550115', NULL, 'Operations', '108', 1, NULL, NULL, 'StandardUser', '\xabb822d319184466ac720c96e80548819b2700cd17e6c05715f032560dfc4fe565071052c72bda848d8160554a936a2d7e29df81e41e2e8d059e7979ffb9d4dbac268611', '\xabb822d319184466ac720c96e8054881c877068b775e52498e95a8a355c8ffb497493c771953fe9a581469b6737cf19cd997b001', NULL, NULL, 1795686521.8633633);
INSERT INTO public.users VALUES ('d745e78703fd4f3abc503269f8464e56', '3c66937e1de24da8b09abaf44bb8217b', 'soren.voss', 'soren.voss', 'Sören Voß', 'soren.voss@contoso.onmicrosoft.com', NULL, NULL, '030 / 23125-666', '+493023125666', NULL, 'Finance', '109', 1, NULL, NULL, 'StandardUser', '\xabb822d319184466ac720c96e80548816e0d75c5953a819f8df89f3d2fdfed64b65a0056250b460559d4312195b2bd7787a93094d22e5ba5cb3975815236b030ffb89266', '\xabb822d319184466ac720c96e8054881a63dc17268ccac0ca5bdc4375abefe9be43f4d0ca27c7f227eb671b8cbf8668ea6389199', NULL, NULL, 1795686521.863389);
INSERT INTO public.users VALUES ('458d5a0bf287407d9df42d905cdc2550', '3c66937e1de24da8b09abaf44bb8217b', 'antonio.da.silva', 'antonio.da.silva', 'Antônio da Silva', 'antonio.da.silva@contoso.onmicrosoft.com', '+55 11 95550-0184', '+5511955500184', '(11) 5550-0131', '+551155500131', NULL, 'R&D', '110', 1, NULL, NULL, 'StandardUser', '\xabb822d319184466ac720c96e80548818d23f06ee2bdff0cac06098dd10ec6e6dce52ef0ab6ef0bc45986072fa135b99b853ea8579dcabb0394e73f4dc65cc89e9094d64', '\xabb822d319184466ac720c96e80548817aaa0b7f11e6f1ead394a14e364882dc2535a51cef0699f46095ff6ed1d0ea43b9e5f335', NULL, NULL, 1795686521.8634112);
INSERT INTO public.users VALUES ('c40f7dc26da545028f3c8ced8f5c6f99', '3c66937e1de24da8b09abaf44bb8217b', 'grady.bowen', 'grady.bowen', 'Grady Bowen', 'grady.bowen@contoso.onmicrosoft.com', '206-555-0168', '+12065550168', '425.555.0114', '+14255550114', NULL, 'R&D', '103', 0, 'account_disabled', 1795686522.0299869, 'StandardUser', '\xabb822d319184466ac720c96e8054881ada7256ccfd7ea5ad9c825c8fa38f415710b0e082d4decb4aae1777496506ffa273a17812c006e79e9cfa45f465a4647ed283637', '\xabb822d319184466ac720c96e8054881b37364a4fd72e62ae08d4548ff47362c36ce8aac49a6b48b7eb4e7468b6084c087d85add', NULL, NULL, 1795686521.8632262);
INSERT INTO public.users VALUES ('eabe70f9ddbe4f7f8d765877001bd470', '3c66937e1de24da8b09abaf44bb8217b', 'lukas.voss', 'lukas.voss', 'Lukas Voß', 'lukas.voss@contoso.onmicrosoft.com', '+49 152 28817333', '+4915228817333', '+49 (0)30 23125751', '+493023125751', NULL, 'R&D', '104', 0, 'departed', 1795686522.0300093, 'StandardUser', '\xabb822d319184466ac720c96e805488161a757992d7e30027f09db9a7bafaf676d6b58273d4e8b85ed2b3c84c1db0b1bcff609524f21e3d21b6f2e48ab68b68865a74305', '\xabb822d319184466ac720c96e8054881e6b5a944c946af415e164e905fcd8c2e7e86a7fb3d65a3e0a33d4626c981318b6dd6ef22', NULL, NULL, 1795686521.8632524);
INSERT INTO public.users VALUES ('a3b01917e249421598ef820e2b3726a7', '3c66937e1de24da8b09abaf44bb8217b', 'by.hand', 'by.hand', 'Made By Hand', 'hand@contoso.example', NULL, NULL, NULL, NULL, NULL, NULL, '111', 1, NULL, NULL, 'StandardUser', '\xabb822d319184466ac720c96e80548819d40ede2e7f4ae408d2981cb0c1744149c49ede93a5d49dcb0dd1f5b5bd32b062429d141564f36247e00e123e462563f39ccef04', '\xabb822d319184466ac720c96e80548817fec0e93cbd2b4c3b6e236c2804d870ab30e740468cd95e01ec43f2df84aa892676a0795', NULL, NULL, 1795686522.07321);
INSERT INTO public.users VALUES ('b0e528e8afdc4db1b2a5a15804a185dd', '3c66937e1de24da8b09abaf44bb8217b', 'omer.yilmaz', 'omer.yilmaz', 'Edited By Hand', 'omer.yilmaz@contoso.onmicrosoft.com', '0532 555 01 69', '+905325550169', NULL, NULL, NULL, 'Ventes & Support', '102', 1, NULL, NULL, 'StandardUser', '\xabb822d319184466ac720c96e8054881b1ce0aaddcb268baa387a296c59c9971a2d20f85353b5511ab3fbf7a01471b5ed15486cb4003491b4a2d3f3b1c538d1a61d93bfb', '\xabb822d319184466ac720c96e8054881f45d23b0c6c31260c67dea9fba7c8b4a64f3184e38b92ad041260baa7bf511e2873c84ee', NULL, NULL, 1795686521.8631942);
INSERT INTO public.users VALUES ('22a7c79014df4cc7aeb76a370ba726ec', '3c66937e1de24da8b09abaf44bb8217b', 'zaneta.wisniewski', 'zaneta.wisniewski', 'Żaneta Wiśniewski', 'zaneta.wisniewski@contoso.onmicrosoft.com', NULL, NULL, NULL, NULL, NULL, 'Engineering', '101', 1, NULL, NULL, 'StandardUser', '\xabb822d319184466ac720c96e80548818207353f0cde2d2c6383a8e01711849d32dd10e2426eacfcfc0fd99ad08aa2005af9f3a92f5014b714a91bfae98b915f8eaffae3', '\xabb822d319184466ac720c96e805488168dafd65d0b82490e84f163669211dbd2090e16a05ac3c2ec46a2df0679c1075c5dbead4', 'scrypt$VEQHBz6iUikRbwyzLrrZVg==$dO9jIbQmz5YNvtbRIrFE2yzl9wxjCXcgO/M5bOH2U+o=', NULL, 1795686521.8630674);
INSERT INTO public.users VALUES ('68e0f2b22b364a6ca369574222d29861', '3206572277194307bd762184b96d0b2f', 'ann', 'ann', 'Ann', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '101', 1, NULL, NULL, 'StandardUser', '\xabb822d319184466ac720c96e8054881bb6326d94a40e55285a1a8aa671d0c6e916ac1b07ecf882f689f342f0bcb37e2490507a0d60f2e09daf2c4e915f41ce53d3169b7', '\xabb822d319184466ac720c96e8054881cd718b27c074bf1b233b15bb5b14502970c562647b1aa277c189d898407e8ebd9083250e', NULL, NULL, 1795686522.7437365);


--
-- Data for Name: wrong_passwords; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: audit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_id_seq', 5, true);


--
-- Name: budget_takes_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.budget_takes_id_seq', 1, false);


--
-- Name: notices_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.notices_id_seq', 2, true);


--
-- Name: outbox_seq_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outbox_seq_seq', 2, true);


--
-- Name: problems_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.problems_id_seq', 2, true);


--
-- Name: admins admins_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.admins
    ADD CONSTRAINT admins_pkey PRIMARY KEY (tenant_id, username);


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);


--
-- Name: blob_chunks blob_chunks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.blob_chunks
    ADD CONSTRAINT blob_chunks_pkey PRIMARY KEY (blob_id, "position");


--
-- Name: blobs blobs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.blobs
    ADD CONSTRAINT blobs_pkey PRIMARY KEY (id);


--
-- Name: budget_takes budget_takes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.budget_takes
    ADD CONSTRAINT budget_takes_pkey PRIMARY KEY (id);


--
-- Name: contact_numbers contact_numbers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contact_numbers
    ADD CONSTRAINT contact_numbers_pkey PRIMARY KEY (contact_id, e164);


--
-- Name: contact_sources contact_sources_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contact_sources
    ADD CONSTRAINT contact_sources_pkey PRIMARY KEY (contact_id, mailbox_id, source_contact_id);


--
-- Name: contacts contacts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (id);


--
-- Name: data_keys data_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (id);


--
-- Name: due due_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.due
    ADD CONSTRAINT due_pkey PRIMARY KEY (tenant_id, plugin);


--
-- Name: flows flows_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.flows
    ADD CONSTRAINT flows_pkey PRIMARY KEY (state_hash);


--
-- Name: links links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_pkey PRIMARY KEY (tenant_id, entra_tenant_id, entra_object_id);


--
-- Name: meta meta_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (name);


--
-- Name: notices notices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (id);


--
-- Name: number_cursors number_cursors_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.number_cursors
    ADD CONSTRAINT number_cursors_pkey PRIMARY KEY (tenant_id, start);


--
-- Name: numbers numbers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT numbers_pkey PRIMARY KEY (tenant_id, number);


--
-- Name: outbox outbox_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_id_key UNIQUE (id);


--
-- Name: outbox_lanes outbox_lanes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_lanes
    ADD CONSTRAINT outbox_lanes_pkey PRIMARY KEY (tenant_id, urgent);


--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (seq);


--
-- Name: outbox_recipients outbox_recipients_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_recipients
    ADD CONSTRAINT outbox_recipients_pkey PRIMARY KEY (seq, address);


--
-- Name: photos photos_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.photos
    ADD CONSTRAINT photos_pkey PRIMARY KEY (user_id);


--
-- Name: plugin_settings plugin_settings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plugin_settings
    ADD CONSTRAINT plugin_settings_pkey PRIMARY KEY (tenant_id, plugin);


--
-- Name: problems problems_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.problems
    ADD CONSTRAINT problems_pkey PRIMARY KEY (id);


--
-- Name: registrations registrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.registrations
    ADD CONSTRAINT registrations_pkey PRIMARY KEY (user_id, device);


--
-- Name: runs runs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);


--
-- Name: secrets secrets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.secrets
    ADD CONSTRAINT secrets_pkey PRIMARY KEY (tenant_id, plugin, name);


--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token_hash);


--
-- Name: state state_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.state
    ADD CONSTRAINT state_pkey PRIMARY KEY (tenant_id, plugin, key);


--
-- Name: switches switches_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.switches
    ADD CONSTRAINT switches_pkey PRIMARY KEY (plugin, tenant_id);


--
-- Name: tenants tenants_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_name_key UNIQUE (name);


--
-- Name: tenants tenants_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);


--
-- Name: tenants tenants_sip_domain_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_sip_domain_key UNIQUE (sip_domain);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


--
-- Name: users users_tenant_id_extension_number_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_tenant_id_extension_number_key UNIQUE (tenant_id, extension_number);


--
-- Name: users users_tenant_id_username_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_tenant_id_username_key_key UNIQUE (tenant_id, username_key);


--
-- Name: wrong_passwords wrong_passwords_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wrong_passwords
    ADD CONSTRAINT wrong_passwords_pkey PRIMARY KEY (tenant_id, account);


--
-- Name: budget_takes_by_bucket; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX budget_takes_by_bucket ON public.budget_takes USING btree (tenant_id, bucket, taken_at, amount);


--
-- Name: contact_numbers_by_e164; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX contact_numbers_by_e164 ON public.contact_numbers USING btree (tenant_id, e164);


--
-- Name: contact_sources_by_folder; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX contact_sources_by_folder ON public.contact_sources USING btree (tenant_id, book, mailbox_id, folder_id);


--
-- Name: contacts_by_external_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX contacts_by_external_id ON public.contacts USING btree (tenant_id, book, plugin, external_id);


--
-- Name: contacts_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX contacts_by_name ON public.contacts USING btree (tenant_id, book, name);


--
-- Name: ix_audit_tenant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_audit_tenant_id ON public.audit USING btree (tenant_id);


--
-- Name: ix_blobs_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_blobs_expires_at ON public.blobs USING btree (expires_at);


--
-- Name: ix_due_next_due_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_due_next_due_at ON public.due USING btree (next_due_at);


--
-- Name: ix_flows_tenant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_flows_tenant_id ON public.flows USING btree (tenant_id);


--
-- Name: ix_links_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_links_user_id ON public.links USING btree (user_id);


--
-- Name: ix_notices_tenant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_notices_tenant_id ON public.notices USING btree (tenant_id);


--
-- Name: ix_problems_run_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_problems_run_id ON public.problems USING btree (run_id);


--
-- Name: ix_runs_tenant_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_runs_tenant_id ON public.runs USING btree (tenant_id);


--
-- Name: ix_sessions_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_sessions_user_id ON public.sessions USING btree (user_id);


--
-- Name: numbers_by_n; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX numbers_by_n ON public.numbers USING btree (tenant_id, n);


--
-- Name: numbers_by_person; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX numbers_by_person ON public.numbers USING btree (tenant_id, entra_tenant_id, entra_object_id);


--
-- Name: numbers_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX numbers_by_user ON public.numbers USING btree (user_id);


--
-- Name: numbers_resting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX numbers_resting ON public.numbers USING btree (tenant_id, free_since) WHERE (free_since IS NOT NULL);


--
-- Name: outbox_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_end ON public.outbox USING btree (waiting, finished_at);


--
-- Name: outbox_by_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_expiry ON public.outbox USING btree (waiting, expires_at);


--
-- Name: outbox_by_rank; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_rank ON public.outbox USING btree (waiting, rank, seq);


--
-- Name: outbox_by_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_state ON public.outbox USING btree (state, tenant_id);


--
-- Name: outbox_by_tenant; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_tenant ON public.outbox USING btree (tenant_id, seq);


--
-- Name: outbox_by_tenant_and_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_tenant_and_state ON public.outbox USING btree (tenant_id, state);


--
-- Name: outbox_recipients_by_address; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_recipients_by_address ON public.outbox_recipients USING btree (tenant_id, address, priority, seq);


--
-- PostgreSQL database dump complete
--


